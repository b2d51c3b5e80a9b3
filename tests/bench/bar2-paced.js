// Bar 2: 32 processes, 300 events a second in all, against one preallocated file per process.
'use strict';
const { tool, quick, scratch, run, figure } = require('./lib');

exports.about = 'The hook, 32 processes paced at 300 events a second in all, against one file per process';
exports.run = async () => {
  const rounds = quick ? 2 : 5, seconds = quick ? 1 : 4;
  const p50 = [], p99 = [], most = [];
  const one = (kind) => scratch((dir) => run(tool('bench_append'), ['run', kind, dir, 32, 300, seconds])[0]);
  for (let i = 0; i < rounds; i++) {
    // Who comes first changes from round to round.
    const first = i % 2 ? one('file') : one('hook');
    const second = i % 2 ? one('hook') : one('file');
    const [ours, baseline] = i % 2 ? [second, first] : [first, second];
    p50.push([ours.p50_us, baseline.p50_us]);
    p99.push([ours.p99_us, baseline.p99_us]);
    most.push([ours.max_us / 1000, 50]);
  }
  return [
    figure('2-p50', 'aw_notify, median, us', p50, '<= 2'),
    figure('2-p99', 'aw_notify, 99th percentile, us', p99, '<= 5'),
    figure('2-max', 'longest call of a round, ms, against 50', most, '<= 1'),
  ];
};
