// Bar 1: aw_notify of one process against write + fdatasync of as many bytes, event by event in turns.
'use strict';
const { tool, quick, scratch, run, figure } = require('./lib');

exports.about = 'The hook, one process, against a preallocated write + fdatasync of the same bytes';
exports.run = async () => {
  const rounds = quick ? 2 : 5, events = quick ? 800 : 4000;
  const p50 = [], p99 = [];
  for (let i = 0; i < rounds; i++) {
    const [ours, baseline] = scratch((dir) => run(tool('bench_append'), ['pair', dir, events]));
    p50.push([ours.p50_us, baseline.p50_us]);
    p99.push([ours.p99_us, baseline.p99_us]);
  }
  return [
    figure('1-p50', 'aw_notify, median, us', p50, '<= 1.25'),
    figure('1-p99', 'aw_notify, 99th percentile, us', p99, '<= 2'),
  ];
};
