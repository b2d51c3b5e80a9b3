// `afterword scorm`: values, decide and convert as a person calls them. Convert gives the same bytes
// for the same input, statements that validate, and errors with the number of the line.
'use strict';
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const source = process.env.AW_SOURCE || path.join(__dirname, '..', '..');
const build = process.env.AW_BUILD || path.join(source, 'build', 'dev');
const afterword = path.join(build, 'bin', 'afterword');
if (!fs.existsSync(afterword)) { console.log(`skipped: ${afterword} is not built`); process.exit(77); }

const REGISTRATION = '2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a';
const run = (args, input) => {
  const done = spawnSync(afterword, ['scorm', ...args], { encoding: 'utf8', input, maxBuffer: 1 << 28 });
  return { ...done, lines: done.stdout.split('\n').filter(Boolean) };
};
const convert = (input, ...more) => run(['convert', '--course', 'https://learn.example.org/course/fire', '--learner', 'u-42',
  '--registration', REGISTRATION, ...more], input);

// ---- values and decide -------------------------------------------------------------------------

let done = run(['values'], [{ kind: 'duration', value: 'P1W' }, { kind: 'duration', value: 'PT1H1H' },
  { kind: 'durationadd', value: 'PT59.99S', b: 'PT0.01S' }, { kind: 'real-1..1', value: 'NaN' },
  { kind: 'datetime', value: '2026-11-24T08:05:00Z' }, { kind: 'lang', value: '' }].map(JSON.stringify).join('\n'));
assert.strictEqual(done.status, 0, done.stderr);
assert.deepStrictEqual(done.lines.map((l) => JSON.parse(l)), [{ ok: false, normalized: 'PT168H' }, { ok: false },
  { ok: true, normalized: 'PT1M' }, { ok: true }, { ok: false, normalized: '2026-11-24T08:05:00.00Z' },
  { ok: true, normalized: '' }]);
done = run(['values'], '{"kind":"colour","value":"x"}\n{"kind":"real0..1","value":"1"}\nnonsense\n');
assert.strictEqual(done.status, 1);
assert.match(done.stderr, /line 1: kind: "colour"/);
assert.match(done.stderr, /line 3: /);
assert.strictEqual(done.lines.length, 3); // answers stay in step with the lines
assert.strictEqual(JSON.parse(done.lines[1]).ok, true);

done = run(['decide'], '{"set":"completed","raw":"72","mastery":"80","credit":"credit","mode":"normal"}\n' +
  '{"set":"passed","raw":100,"mastery":80,"credit":"credit","mode":"browse","scorm_again":"passed"}\n' +
  '{"comp":"not attempted","prog":"","thr":"","succ":"passed","scaled":"","pass":"0.8","credit":"credit","mode":"normal"}\n');
assert.deepStrictEqual(done.lines.map((l) => JSON.parse(l)), [
  { completion: 'incomplete', success: 'failed', because: 'failed because raw 72 < mastery 80' },
  { completion: 'unknown', success: 'unknown', because: 'nothing is claimed because the mode was browse' },
  { completion: 'unknown', success: 'passed', because: 'passed because the content set success_status' }]);
done = run(['decide', '--policy', '{"missing_scaled":"unknown"}'], '{"succ":"passed","pass":"0.8"}\n');
assert.strictEqual(JSON.parse(done.lines[0]).success, 'unknown');
done = run(['decide', '--policy', '{"mistery":1}'], '');
assert.strictEqual(done.status, 1);
assert.match(done.stderr, /mistery/);

// ---- convert ----------------------------------------------------------------------------------------

const folder = path.join(source, 'tests', 'golden', 'scorm');
for (const name of fs.readdirSync(folder)) {
  const file = path.join(folder, name, 'input.jsonl');
  const first = convert(undefined, file), second = convert(fs.readFileSync(file, 'utf8'));
  assert.strictEqual(first.status, 0, first.stderr);
  assert.strictEqual(first.stdout, second.stdout, `${name}: the same bytes`);
  const statements = first.lines.map((l) => JSON.parse(l));
  const verbs = (list) => list.map((s) => s.verb.id.split('/').pop());
  const golden = fs.readFileSync(path.join(folder, name, 'expected.jsonl'), 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));
  assert.deepStrictEqual(verbs(statements), verbs(golden), name);
  assert(statements.every((s) => s.context.registration === REGISTRATION && s.actor.account.name === 'u-42' &&
    s.actor.account.homePage === 'https://learn.example.org'));
  assert.strictEqual(new Set(statements.map((s) => s.id)).size, statements.length);
  const valid = spawnSync(afterword, ['xapi', 'validate', '-'], { input: first.stdout, encoding: 'utf8' });
  assert(!valid.stdout.includes('"valid":false'), valid.stdout);
}

// Two items in one input are two attempts; a body may come as a JSON string; --time dates them.
const body = (item, status) => ({ runtimeData: { cmi: { core: { lesson_status: status, total_time: '00:00:01', session_time: '00:00:01' } } }, scoId: item, commitSequence: 1 });
done = convert([JSON.stringify(body('a', 'passed')), JSON.stringify(JSON.stringify(body('b', 'failed')))].join('\n'), '--time', '2026-03-02T08:00:00Z');
assert.deepStrictEqual(done.lines.map((l) => JSON.parse(l)).map((s) => `${s.object.id.split('/').pop()} ${s.verb.id.split('/').pop()}`),
  ['a initialized', 'a passed', 'a completed', 'a terminated', 'b initialized', 'b failed', 'b terminated']);
assert(JSON.parse(done.lines[0]).timestamp.startsWith('2026-03-02T08:00:0'));

// A bad line is named, the others are converted, and the exit code says so.
done = convert(`${JSON.stringify(body('a', 'passed'))}\n{"cmi":\n${JSON.stringify(body('c', 'passed'))}\n`);
assert.strictEqual(done.status, 1);
assert.match(done.stderr, /line 2: body: not JSON/);
assert.strictEqual(done.lines.length, 8);

// Usage.
for (const args of [['convert'], ['convert', '--course', 'fire', '--learner', 'u', '--registration', REGISTRATION],
  ['convert', '--course', 'https://x.org/c', '--learner', 'u', '--registration', 'no'], ['inspect'], ['nonsense']]) {
  assert.strictEqual(run(args, '').status, 2, args.join(' '));
}
assert.strictEqual(run(['convert', '--help']).status, 0);
console.log('values, decide and convert answer as they should');
