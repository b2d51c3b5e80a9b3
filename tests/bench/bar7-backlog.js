// Bar 7: a journal with 1,000, 1,000,000 and 5,000,000 events that nobody has interpreted yet: what an
// append costs on top of it, what interpreting and delivering costs, how much memory the worker takes.
// And, since it is about what happens without load too: how long an event takes through a sleeping worker.
'use strict';
const { tool, quick, scratchAsync, run, figure, serve, median, round } = require('./lib');
const { get } = require('./bar5-delivery');

// What a statement costs is seen over the first 20,000, or all of them.
const some = (backlog) => Math.min(backlog, quick ? 5000 : 20000);

exports.about = 'Backlog of 1k, 1M and 5M events: memory, and the cost of an append and of a delivery; idle latency';

async function measure(sink, backlog) {
  return scratchAsync(async (dir) => {
    // Makes the tables and the LRS's cursor, so that what is measured is delivering.
    await get(sink.port, '/reset');
    run(tool('bench_deliver'), ['some', dir, sink.port, 50, 0]);
    run(tool('bench_deliver'), ['fill', dir, backlog]);
    const [hook, baseline] = run(tool('bench_append'), ['pair', dir, quick ? 400 : 1500]);
    await get(sink.port, `/reset?${some(backlog)}`);
    const [worker] = run(tool('bench_deliver'), ['some', dir, sink.port, 50, some(backlog)]);
    const stats = await get(sink.port, '/stats');
    return {
      hook: hook.p50_us / baseline.p50_us, // against the disk as it is at this moment
      deliver: (stats.mark_ns - worker.start_ns) / 1e3 / some(backlog),
      peak: worker.peak_kb / 1024,
    };
  });
}

exports.run = async () => {
  const sizes = quick ? [1000, 100000] : [1000, 1000000, 5000000], rounds = quick ? 1 : 2;
  const sink = await serve(tool('bench_sink'), []);
  const seen = new Map(sizes.map((size) => [size, []]));
  let idle, asleep;
  try {
    for (let i = 0; i < rounds; i++) {
      for (const size of sizes) {
        if (i > 0 && size > 1000000) continue; // once is enough of what takes half a minute to fill
        seen.get(size).push(await measure(sink, size));
      }
    }
    [idle, asleep] = await scratchAsync(async (dir) =>
      run(tool('bench_deliver'), ['idle', dir, sink.port, quick ? 10 : 40]));
  } finally {
    await sink.stop();
  }
  const figures = [];
  const name = (size) => (size >= 1e6 ? `${size / 1e6}m` : `${size / 1e3}k`);
  const small = (member) => median(seen.get(1000).map((each) => each[member]));
  for (const size of sizes) {
    figures.push(figure(`7-memory-${name(size)}`, `peak memory of the worker, MB, against 20, backlog ${name(size)}`,
      seen.get(size).map((each) => [each.peak, 20]), '<= 1'));
    if (size === 1000) continue;
    figures.push(figure(`7-hook-${name(size)}`, `median append over plain write + fdatasync, backlog ${name(size)} against 1k`,
      seen.get(size).map((each) => [each.hook, small('hook')]), '<= 1.5'));
    figures.push(figure(`7-deliver-${name(size)}`, `us a statement, backlog ${name(size)} against 1k`,
      seen.get(size).map((each) => [each.deliver, small('deliver')]), '<= 1.5'));
  }
  figures.push(figure('7-idle', 'ms from aw_notify through a sleeping worker to the LRS, median, against 100',
    [[idle.p50_us / 1000, 100]], '<= 1'));
  figures.push(figure('7-asleep', 'CPU of a worker with nothing to do, us a second, against 1000',
    [[round(asleep.cpu_us_per_s), 1000]], '<= 1'));
  return figures;
};
