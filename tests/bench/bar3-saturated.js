// Bar 3: 32 processes as fast as they can, against SQLite FULL behind a busy timeout; and on a slow
// disk (each sync 2 ms longer, one at a time) against one flush per event.
'use strict';
const path = require('path');
const { tool, quick, scratch, run, figure } = require('./lib');

exports.about = 'The hook, 32 processes saturated, against SQLite FULL; slow disk: against a flush per event';
exports.run = async () => {
  const rounds = quick ? 2 : 4, seconds = quick ? 1 : 3;
  const fast = [], slow = [];
  const one = (kind, env) => scratch((dir) => run(tool('bench_append'), ['run', kind, dir, 32, 0, seconds],
    env && { LD_PRELOAD: tool('slow_sync.so'), AW_SLOW_SYNC_LOCK: path.join(dir, 'lock') })[0].rate);
  for (let i = 0; i < rounds; i++) {
    fast.push([one('hook'), one('sqlite')]);
    slow.push([one('hook', true), one('file', true)]);
  }
  return [
    figure('3-sqlite', 'events a second, against SQLite', fast, '>= 8'),
    figure('3-slow', 'events a second, every sync +2 ms, against a flush per event', slow, '>= 15'),
  ];
};
