// Every statement that the suite emits, before judges: our validator, our profile with ADL's
// SCORM profile, and Learning Locker's xapi-validation, which knows nothing of ours.
//
// Tests leave what they emitted in $AW_BUILD/emitted/NAME.jsonl, a file for each world (an id of
// one world means another thing in the next). tests/CMakeLists.txt runs this one behind the rest.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const source = process.env.AW_SOURCE || path.join(__dirname, '..', '..');
const build = process.env.AW_BUILD || path.join(source, 'build', 'dev');
const afterword = path.join(build, 'bin', 'afterword');
const emitted = path.join(build, 'emitted');
const scorm = path.join(process.env.AW_SHARED || '', 'data', 'xapi', 'scorm-profile.jsonld');

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

let judge;
try {
  judge = require(require.resolve('@learninglocker/xapi-validation', { paths: [path.join(source, 'tests')] })).default;
} catch (error) {
  skip(`@learninglocker/xapi-validation is not installed (npm ci in tests/): ${error.code}`);
}
if (!fs.existsSync(afterword)) skip(`${afterword} is not built`);

// What players really posted, turned into statements, is judged along with the rest.
const commits = path.join(process.env.AW_SHARED || '', 'data', 'scorm', 'commits');
for (const name of fs.existsSync(commits) ? fs.readdirSync(commits).filter((file) => file.endsWith('.json')) : []) {
  const captured = JSON.parse(fs.readFileSync(path.join(commits, name), 'utf8'));
  const bodies = [...(captured.sessions || [captured])].flatMap((session) => session.commits || [])
    .map((commit) => commit.body_raw).filter((body) => typeof body === 'string');
  if (bodies.length === 0) continue;
  const done = spawnSync(afterword, ['scorm', 'convert', '--course', 'https://learn.example.org/courses/captured',
    '--learner', 'u-42', '--registration', '2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a', '--time', '2026-03-02T08:00:00Z',
    '--title', 'Captured', '--language', 'en'],
  { input: bodies.map((body) => `${JSON.stringify(body)}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) {
    console.error(`${name}: scorm convert exits ${done.status}: ${done.stderr}`);
    process.exit(1);
  }
  fs.mkdirSync(emitted, { recursive: true });
  fs.writeFileSync(path.join(emitted, `captured-${name.replace(/json$/, 'jsonl')}`), done.stdout);
}

const files = fs.existsSync(emitted)
  ? fs.readdirSync(emitted).filter((name) => name.endsWith('.jsonl')).sort() : [];
if (files.length === 0) skip('no test has left statements; run the golden tests first');

let faults = 0;
function fault(name, what) {
  faults++;
  console.error(`${name}: ${what}`);
}

const run = (args, input) => spawnSync(afterword, args, { encoding: 'utf8', input, maxBuffer: 1 << 28 });

// All files at once: ids may repeat, since each line is judged alone.
function ours(text) {
  for (const version of ['1.0.3', '2.0.0']) {
    const done = run(['xapi', 'validate', '--xapi', version], text);
    if (done.status !== 0) {
      const bad = done.stdout.split('\n').filter((line) => line.includes('"valid":false'));
      fault('xapi validate', `--xapi ${version} exits ${done.status}: ${bad.slice(0, 3).join('\n')}${done.stderr}`);
    }
  }
}

function profiles(file, name) {
  const more = fs.existsSync(scorm) ? ['--with', scorm, '--per-attempt'] : [];
  const done = run(['profile', '--check', file, ...more]);
  if (done.status !== 0) {
    fault(name, `profile --check exits ${done.status}:\n${done.stdout.slice(0, 4000)}${done.stderr}`);
  }
}

function theirs(statement, at, name) {
  const warnings = judge(statement);
  if (warnings.length > 0) {
    fault(name, `${at}: ${warnings.map((w) => `${w.constructor.name} at ${w.path}`).join(', ')}`);
  }
}

// What no statement may hold or lack, whatever the configuration (docs/statements.md, rules).
function rules(s, line, at, name) {
  const context = s.context || {};
  for (const member of ['stored', 'authority', 'version']) {
    if (member in s) fault(name, `${at}: ${member} is the LRS's to set`);
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(s.timestamp)) fault(name, `${at}: timestamp ${s.timestamp}`);
  if (!s.id || !context.registration) fault(name, `${at}: no id or no registration`);
  for (const list of Object.values(context.contextActivities || {})) {
    if (!Array.isArray(list) || list.some((a) => a.objectType !== 'Activity')) fault(name, `${at}: a context activity`);
  }
  if (!s.object.objectType || !s.actor.objectType) fault(name, `${at}: no objectType`);
  if (!s.verb.display || !s.verb.display.en) fault(name, `${at}: the verb has no display in en`);
  if (line.includes('\\u0000')) fault(name, `${at}: U+0000`);
}

let count = 0, all = '';
for (const name of files) {
  const file = path.join(emitted, name);
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  count += lines.length;
  all += lines.map((line) => `${line}\n`).join('');
  profiles(file, name);
  lines.forEach((line, i) => {
    const statement = JSON.parse(line);
    theirs(statement, `line ${i + 1}`, name);
    rules(statement, line, `line ${i + 1}`, name);
  });
}

ours(all);

// Judges that find nothing must be able to find something.
const bad = { actor: { mbox: 'x' }, verb: { id: 'no iri' }, object: {} };
if (judge(bad).length === 0) fault('self-test', 'xapi-validation takes nonsense');
const verdict = run(['xapi', 'validate'], JSON.stringify(bad));
if (verdict.status !== 1 || !verdict.stdout.includes('"valid":false')) fault('self-test', 'our validator takes nonsense');
const stray = run(['profile', '--check', '-'], '{"actor":{"mbox":"mailto:a@b.c"},"verb":{"id":"http://e.org/v"},' +
  '"object":{"id":"http://e.org/o"},"context":{"registration":"2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a",' +
  '"contextActivities":{"category":[{"id":"https://w3id.org/xapi/afterword/v1.0"}]}}}');
if (stray.status !== 1) fault('self-test', 'our profile takes any statement');

console.log(`${count} statements of ${files.length} files judged, ${faults} faults`);
process.exit(faults ? 1 : 0);
