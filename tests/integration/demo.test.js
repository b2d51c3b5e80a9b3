// scripts/demo: two at the same time do not disturb each other, what --out leaves is
// what happened, and Ctrl-C ends everything that it started.
'use strict';
const assert = require('assert');
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const source = process.env.AW_SOURCE || path.resolve(__dirname, '../..');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'aw-demo-test-'));
const env = { ...process.env, TMPDIR: work, AW_BUILD: process.env.AW_BUILD };

function demo(...args) {
  const child = spawn('node', [path.join(source, 'scripts/demo.js'), source, ...args], { env });
  const run = { child, out: '' };
  child.stdout.on('data', (d) => { run.out += d; });
  child.stderr.on('data', (d) => { run.out += d; });
  run.ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  return run;
}

const left = () => fs.readdirSync(work).filter((f) => f.startsWith('afterword-demo-'));

async function main() {
  const a = demo('--once', '--out', path.join(work, 'a')), b = demo('--once', '--out', path.join(work, 'b'));
  assert.deepStrictEqual(await Promise.all([a.ended, b.ended]), [0, 0], `${a.out}\n${b.out}`);
  for (const name of ['a', 'b']) {
    const lines = fs.readFileSync(path.join(work, name, 'statements.jsonl'), 'utf8').trim().split('\n').map((l) => JSON.parse(l));
    const discussions = JSON.parse(fs.readFileSync(path.join(work, name, 'discussions.json'), 'utf8'));
    const status = JSON.parse(fs.readFileSync(path.join(work, name, 'status.json'), 'utf8'));
    assert.strictEqual(new Set(lines.map((s) => s.id)).size, lines.length);
    assert.strictEqual(lines.filter((s) => s.verb.id.endsWith('/create')).length, 1);
    assert.ok(lines.every((s) => s.stored && s.timestamp && /^[0-9a-f-]{36}$/.test(s.id)));
    assert.strictEqual(discussions.length, 1);
    assert.strictEqual(discussions[0].members, 2);
    assert.strictEqual(status.dead_letters, 0);
    assert.ok(status.statements >= lines.length);
  }
  assert.match(a.out, /passed because raw 100 >= mastery 80/);
  assert.match(a.out, /http:\/\/127\.0\.0\.1:\d+\/discussions\/[0-9a-f-]{36}/);
  assert.deepStrictEqual(left(), [], 'the folders of finished demos stay behind');

  // One that serves, until Ctrl-C.
  const c = demo();
  const end = Date.now() + 60000;
  while (!c.out.includes('Look around') && Date.now() < end && c.child.exitCode === null) await new Promise((r) => setTimeout(r, 100));
  const address = (/Look around: (\S+)/.exec(c.out) || [])[1];
  assert.ok(address, c.out);
  assert.strictEqual((await fetch(address)).status, 200);
  const pids = [...c.out.matchAll(/\(pid (\d+)\)/g)].map((m) => Number(m[1]));
  assert.strictEqual(pids.length, 3);
  c.child.kill('SIGINT');
  assert.strictEqual(await c.ended, 0, c.out);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, `process ${pid} is still there`);
  assert.deepStrictEqual(left(), []);
  console.log('demo: passed');
}

main().catch((e) => { console.error(e.stack || e); process.exitCode = 1; })
  .finally(() => fs.rmSync(work, { recursive: true, force: true }));
