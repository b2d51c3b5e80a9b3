// Afterword is replaced by a later version (tests/next: more tables, other words) between a send and its
// answer: every send is the same bytes under the same ids, nothing is lost or told twice, the state is
// taken over, and the older one refuses it from then on.
'use strict';
const assert = require('node:assert');
const { spawnSync, spawn } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { workplace, completions, startLrs, build, until, children } = require('./lrs_help.js');

const next = path.join(build, 'tests/afterword_next');
const LINK = ['link', 'add', '--course', 'fire-101', '--title', 'After', '--prompt', 'What next?'];

function later(work, args, input = '') {
  const env = { ...process.env, AFTERWORD_CONFIG: work.config };
  return spawnSync(next, args, { env, input, encoding: 'utf8', timeout: 60000 });
}

const words = (stored) => stored.map((s) => s.verb.display.en);
const count = (list, word) => list.filter((w) => w === word).length;

test('a later version takes over between a send and its answer', async (t) => {
  const lrs = await startLrs();
  t.after(() => lrs.stop());
  const work = workplace([{ name: 'main', endpoint: lrs.endpoint, batch: { statements: 5 } }]);
  assert.strictEqual((await work.afterword(LINK)).code, 0);
  assert.strictEqual((await work.notify(completions(10))).code, 0);

  // It stores the first batch and does not answer; what comes next has to wait, and the worker is killed.
  await lrs.control({ path: 'statements', drop_after_store: true, times: 1 });
  await lrs.control({ path: 'statements', delay_ms: 2000, times: 1 });
  const worker = work.start('worker');
  await until('the first statements', async () => (await lrs.receptions()).length > 0);
  const killed = new Promise((resolve) => worker.once('close', resolve));
  worker.kill('SIGKILL');
  await killed;
  const first = (await lrs.receptions()).length;
  assert.ok(first > 0 && first < 31, `${first} statements were sent: the test shows nothing`);

  // An event that the old hook takes while the new worker is there already.
  assert.strictEqual((await work.notify(completions(1, 10))).code, 0);
  for (let i = 0; i < 2; i++) {
    const run = later(work, ['worker', '--until-idle']);
    assert.strictEqual(run.status, 0, run.stderr);
  }
  const receptions = await lrs.receptions();
  assert.deepStrictEqual(receptions.filter((r) => r.forms !== 1), [], 'sent with different bytes');
  assert.ok(receptions.some((r) => r.count > 1), 'nothing was sent again: the test shows nothing');
  const told = words(await lrs.stored());
  assert.strictEqual(told.length, 34); // created once; completed, unlocked, received for each of 11
  assert.strictEqual(count(told, 'created'), 1);
  assert.strictEqual(count(told, 'completed'), 10, 'what the old one wrote keeps its words');
  assert.strictEqual(count(told, 'has completed'), 1, 'the later one has its own');

  // The state was taken over: there is still one discussion, with everybody in it.
  const status = JSON.parse(later(work, ['status', '--json']).stdout);
  assert.strictEqual(status.discussions, 1);
  assert.strictEqual(status.members, 11);

  // The older one says so, and what to do; its hook goes on taking events, which nobody loses.
  const refused = await work.work();
  assert.notStrictEqual(refused.code, 0);
  assert.match(refused.err, /newer Afterword \(tables of version \d+, this one knows \d+\); install that version again/);
  assert.match((await work.afterword(['dead', 'list'])).err, /newer Afterword/);
  assert.strictEqual((await work.notify(completions(1, 11))).code, 0);
  assert.strictEqual(later(work, ['worker', '--until-idle']).status, 0);
  assert.strictEqual(count(words(await lrs.stored()), 'has completed'), 2);
});

test('the tables are changed whole or not at all, whoever comes first', async () => {
  const work = workplace([]);
  assert.strictEqual((await work.afterword(LINK)).code, 0);
  assert.strictEqual((await work.notify(completions(20))).code, 0);
  assert.strictEqual((await work.work()).code, 0);
  const env = { ...process.env, AFTERWORD_CONFIG: work.config };
  const all = await Promise.all(Array.from({ length: 8 }, () => new Promise((resolve) => {
    const child = spawn(next, ['status', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    children.add(child);
    child.stdout.on('data', (part) => { out += part; });
    child.on('close', () => { children.delete(child); resolve(out); });
  })));
  assert.deepStrictEqual(all.map((out) => JSON.parse(out).members), Array(8).fill(20));
});
