// Bar 6: 10,000 events to statements to a sink, ours durable, the peers' as they are.
'use strict';
const path = require('path');
const { tool, quick, run, figure, serve } = require('./lib');
const { rate, worker } = require('./bar5-delivery');

exports.about = 'Ours, durable, against @xapi/xapi and tincanjs, at batch 50 and 500';
exports.run = async () => {
  const rounds = quick ? 2 : 5, events = 10000;
  const sink = await serve(tool('bench_sink'), []);
  const rates = { 50: [], 500: [] }, figures = [];
  try {
    for (let i = 0; i < rounds; i++) {
      for (const batch of [50, 500]) {
        const peer = (name) => rate(sink, events, async () =>
          run(process.execPath, [path.join(__dirname, 'peer.js'), name, sink.port, events, batch])[0].start_ns);
        rates[batch].push({
          ours: await worker(sink, events, batch), xapi: await peer('xapi'), tincan: await peer('tincan'),
        });
      }
    }
  } finally {
    await sink.stop();
  }
  for (const batch of [50, 500]) {
    for (const [name, what] of [['xapi', '@xapi/xapi'], ['tincan', 'tincanjs']]) {
      figures.push(figure(`6-${name}-${batch}`, `statements a second at batch ${batch}, against ${what}`,
        rates[batch].map((r) => [r.ours, r[name]]), '>= 1'));
    }
  }
  figures.push(figure('6-best-500', 'statements a second at batch 500, against the best of them',
    rates[500].map((r) => [r.ours, Math.max(r.xapi, r.tincan)]), '>= 4'));
  return figures;
};
