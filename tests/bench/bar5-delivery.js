// Bar 5: from the journal to acknowledged at batch 500, everything durable, against building and
// posting the same statements with no log at all. Time ends when the sink has the last one.
'use strict';
const http = require('http');
const { tool, quick, scratchAsync, run, figure, serve } = require('./lib');

exports.about = 'Delivery at batch 500, durable, against building and posting the same with no log';

const get = (port, path) => new Promise((resolve, reject) => {
  http.get({ port, path, agent: false }, (answer) => {
    let text = '';
    answer.on('data', (data) => { text += data; });
    answer.on('end', () => resolve(JSON.parse(text)));
  }).on('error', reject);
});

// Statements a second of one run of a program that prints when it began; they must all be there.
async function rate(sink, events, start) {
  await get(sink.port, '/reset');
  const began = await start();
  const stats = await get(sink.port, '/stats');
  if (stats.statements !== events) throw new Error(`${stats.statements} of ${events} statements arrived`);
  return events / ((stats.last_ns - Number(began)) / 1e9);
}

const worker = (sink, events, batch) => rate(sink, events, () => scratchAsync(async (dir) =>
  run(tool('bench_deliver'), ['worker', dir, sink.port, events, batch])[0].start_ns));
const post = (sink, events, batch) => rate(sink, events, async () =>
  run(tool('bench_deliver'), ['post', sink.port, events, batch])[0].start_ns);

exports.get = get;
exports.rate = rate;
exports.worker = worker;
exports.run = async () => {
  const rounds = quick ? 2 : 6, events = quick ? 10000 : 40000;
  const sink = await serve(tool('bench_sink'), []);
  const pairs = [];
  try {
    for (let i = 0; i < rounds; i++) {
      const first = i % 2 ? await post(sink, events, 500) : await worker(sink, events, 500);
      const second = i % 2 ? await worker(sink, events, 500) : await post(sink, events, 500);
      pairs.push(i % 2 ? [second, first] : [first, second]);
    }
  } finally {
    await sink.stop();
  }
  return [figure('5', 'statements a second, against no log', pairs, '>= 0.5')];
};
