// scorm-again, driven with thousands of generated call sequences, against what we make of the
// bodies it posts. Its own status after Terminate and our decision must be the same; where they
// are not, the difference is one of the written policies (docs/scorm-decisions.md):
// browse, review and no credit (A1, A2) claim nothing, and a suspended attempt has not failed yet (E1).
//
// Deterministic: AW_SEED and AW_SEQUENCES change the run. AW_SEQUENCES=20000 is a long one.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const source = process.env.AW_SOURCE || path.join(__dirname, '..', '..');
const build = process.env.AW_BUILD || path.join(source, 'build', 'dev');
const afterword = path.join(build, 'bin', 'afterword');
const player = path.join(source, 'tests', 'node_modules', 'scorm-again', 'dist', 'esm');
const sequences = Number(process.env.AW_SEQUENCES || 3000);
let seed = Number(process.env.AW_SEED || 20261124) >>> 0;

if (!fs.existsSync(afterword)) { console.log(`skipped: ${afterword} is not built`); process.exit(77); }
if (!fs.existsSync(player)) { console.log('skipped: scorm-again is not installed (npm ci in tests/)'); process.exit(77); }

function random() { // mulberry32
  seed = (seed + 0x6d2b79f5) >>> 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (p) => random() < p;

// ---- a browser's ways to send, catching the bodies --------------------------------------------

let bodies = [];
globalThis.XMLHttpRequest = class {
  open() {}
  setRequestHeader() {}
  getResponseHeader() { return null; }
  send(body) {
    bodies.push(body);
    this.status = 200;
    this.readyState = 4;
    this.responseText = '{"result":"true","errorCode":0}';
  }
};
globalThis.Blob = class { constructor(parts) { this.body = parts.join(''); } };
Object.defineProperty(globalThis, 'navigator', {
  configurable: true, writable: true,
  value: { sendBeacon(url, blob) { bodies.push(blob.body); return true; } },
});

// ---- calls ---------------------------------------------------------------------------------------

const numbers12 = ['0', '10', '79', '79.9', '80', '80.0', '100', '', '101', '-1', 'abc', '1e1'];
const measures = ['0', '0.5', '0.79', '0.8', '0.9', '1', '1.0', '-1', '', '1.1', 'x'];
const texts = ['page 3', 'a=1&b=2', 'x"y\\z', 'Grüße 😀', '', '{"a":1}', 'cmi.core.lesson_status=passed'];

const calls12 = [
  () => ['cmi.core.lesson_status', pick(['passed', 'completed', 'failed', 'incomplete', 'browsed', 'not attempted', 'done'])],
  () => ['cmi.core.score.raw', pick(numbers12)],
  () => ['cmi.core.score.min', pick(['0', '10', ''])],
  () => ['cmi.core.score.max', pick(['100', '50', ''])],
  () => ['cmi.core.session_time', pick(['00:00:09', '0001:02:03.4', '00:05:30', 'PT5S'])],
  () => ['cmi.core.exit', pick(['', 'suspend', 'logout', 'time-out'])],
  () => ['cmi.core.lesson_location', pick(texts)],
  () => ['cmi.suspend_data', pick(texts)],
  () => ['cmi.comments', pick(texts)],
  () => [`cmi.objectives.${pick([0, 0, 1, 5])}.id`, pick(['o1', 'o2'])],
  () => [`cmi.objectives.${pick([0, 1])}.status`, pick(['passed', 'completed', 'failed'])],
  () => [`cmi.interactions.${pick([0, 0, 1, 2])}.id`, pick(['q1', 'q2', 'q 3'])],
  () => [`cmi.interactions.${pick([0, 1])}.type`, pick(['choice', 'true-false', 'matching', 'essay'])],
  () => [`cmi.interactions.${pick([0, 1])}.student_response`, pick(['a', 'a,b', 't', 'a.1'])],
  () => [`cmi.interactions.${pick([0, 1])}.result`, pick(['correct', 'wrong', '5', 'neutral'])],
];
const calls2004 = [
  () => ['cmi.completion_status', pick(['completed', 'incomplete', 'not attempted', 'unknown', 'passed'])],
  () => ['cmi.success_status', pick(['passed', 'failed', 'unknown', 'completed'])],
  () => ['cmi.progress_measure', pick(measures)],
  () => ['cmi.score.scaled', pick(measures)],
  () => ['cmi.score.raw', pick(['7', '0', '150', 'x'])],
  () => ['cmi.score.min', pick(['0', '10'])],
  () => ['cmi.score.max', pick(['10', '100'])],
  () => ['cmi.session_time', pick(['PT9S', 'PT1H2M3.4S', 'P1D', '00:00:05'])],
  () => ['cmi.exit', pick(['', 'suspend', 'logout', 'normal', 'time-out'])],
  () => ['cmi.location', pick(texts)],
  () => ['cmi.suspend_data', pick(texts)],
  () => [`cmi.comments_from_learner.${pick([0, 1])}.comment`, pick(texts)],
  () => [`cmi.objectives.${pick([0, 0, 1])}.id`, pick(['urn:o:1', 'o2'])],
  () => [`cmi.objectives.${pick([0, 1])}.success_status`, pick(['passed', 'failed'])],
  () => [`cmi.objectives.${pick([0, 1])}.score.scaled`, pick(measures)],
  () => [`cmi.interactions.${pick([0, 0, 1])}.id`, pick(['urn:q:1', 'q2'])],
  () => [`cmi.interactions.${pick([0, 1])}.type`, pick(['choice', 'numeric', 'long-fill-in', 'other'])],
  () => [`cmi.interactions.${pick([0, 1])}.learner_response`, pick(['a', 'a[,]b', '5', 'text'])],
  () => [`cmi.interactions.${pick([0, 1])}.result`, pick(['correct', 'incorrect', '0.5'])],
];

function launch(is12) {
  const credit = chance(0.85) ? 'credit' : 'no-credit';
  const mode = chance(0.8) ? 'normal' : pick(['browse', 'review']);
  if (is12) {
    return { core: { student_id: 'u', credit, lesson_mode: mode, entry: 'ab-initio' },
      student_data: { mastery_score: pick(['', '80', '80', '0']) } };
  }
  return { learner_id: 'u', credit, mode, entry: 'ab-initio',
    completion_threshold: pick(['', '0.9', '1']), scaled_passing_score: pick(['', '0.8', '-1']) };
}

function play(Api, is12, index) {
  const flagged = chance(0.5);
  const settings = {
    lmsCommitUrl: '/commit', autocommit: false, logLevel: 'NONE', mastery_override: true,
    renderCommonCommitFields: true, autoPopulateCommitMetadata: true, includeCommitSequence: true,
    courseId: 'course', scoId: `item-${index}`, dataCommitFormat: pick(['json', 'json', 'flattened', 'params']),
    alwaysSendTotalTime: flagged && chance(0.5),
  };
  if (flagged) settings.terminateCommitPayloadField = 'terminated';
  const api = new Api(settings);
  const state = launch(is12);
  bodies = [];
  api.loadFromJSON(state, 'cmi');
  api[is12 ? 'lmsInitialize' : 'Initialize']('');
  const set = is12 ? 'lmsSetValue' : 'SetValue';
  const trace = [];
  for (let i = 0, n = Math.floor(random() * 14); i < n; i++) {
    const [element, value] = pick(is12 ? calls12 : calls2004)();
    trace.push(`${element}=${value} => ${api[set](element, value)}`);
    if (chance(0.15)) { api[is12 ? 'lmsCommit' : 'Commit'](''); trace.push('Commit'); }
  }
  // Without a flag only total_time tells the end, and it has to be more than nothing.
  if (!flagged) api[set](is12 ? 'cmi.core.session_time' : 'cmi.session_time', is12 ? '00:00:07' : 'PT7S');
  api[is12 ? 'lmsFinish' : 'Terminate']('');
  const cmi = api.cmi;
  const mode = is12 ? cmi.core.lesson_mode : cmi.mode;
  const credit = is12 ? cmi.core.credit : cmi.credit;
  const last = bodies[bodies.length - 1];
  return {
    flagged, bodies, trace: trace.concat(JSON.stringify(settings), JSON.stringify(state)),
    claims: mode === 'normal' && credit === 'credit',
    suspended: last.includes('"exit":"suspend"') || last.includes('.exit":"suspend"') || last.includes('.exit=suspend'),
    engine: is12
      ? { completion: ['passed', 'completed'].includes(cmi.core.lesson_status) ? 'completed' : 'incomplete',
        success: ['passed', 'failed'].includes(cmi.core.lesson_status) ? cmi.core.lesson_status : 'unknown' }
      : { completion: cmi.completion_status === 'not attempted' ? 'unknown' : cmi.completion_status,
        success: cmi.success_status },
  };
}

// ---- comparing --------------------------------------------------------------------------------------

const named = (value, yes, no) => (value === true ? yes : value === false ? no : 'unknown');

function wanted(run) {
  if (!run.claims) return { completion: 'unknown', success: 'unknown' };
  // E1: what a suspended attempt has not reached yet is left open.
  if (run.suspended && run.engine.completion !== 'completed' && run.engine.success !== 'passed') {
    return { completion: run.engine.completion, success: 'unknown' };
  }
  return run.engine;
}

function check(run, statements) {
  const verbs = statements.map((s) => s.verb.id.split('/').pop());
  const lesson = statements.filter((s) => s.object.definition.type.endsWith('/lesson'));
  const end = lesson[lesson.length - 1];
  const of = (verb) => lesson.filter((s) => s.verb.id.endsWith(`/${verb}`)).length;
  const want = wanted(run);
  if (verbs[0] !== 'initialized') return `begins with ${verbs[0]}`;
  if (!['terminated', 'suspended'].includes(end.verb.id.split('/').pop())) return 'does not end';
  if ((end.verb.id.endsWith('/suspended')) !== run.suspended) return `ends with ${end.verb.id}`;
  const got = { completion: named(end.result.completion, 'completed', 'incomplete'),
    success: named(end.result.success, 'passed', 'failed') };
  if (got.completion !== want.completion || got.success !== want.success) {
    return `decided ${JSON.stringify(got)}, the engine ${JSON.stringify(run.engine)}`;
  }
  const told = { completed: want.completion === 'completed' ? 1 : 0, passed: want.success === 'passed' ? 1 : 0,
    failed: want.success === 'failed' ? 1 : 0 };
  for (const verb of Object.keys(told)) if (of(verb) !== told[verb]) return `${of(verb)} times ${verb}`;
  return null;
}

// All in one run of the command: attempts are told apart by their item. Bodies go as strings, as
// one in params may hold a newline.
function convert(runs, policy) {
  const input = runs.flatMap((run) => run.bodies.map((body) => JSON.stringify(body))).join('\n');
  const done = spawnSync(afterword, ['scorm', 'convert', '--course', 'https://learn.example.org/course',
    '--learner', 'u', '--registration', '2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a', '--policy', JSON.stringify(policy)],
  { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (done.status !== 0) throw new Error(`scorm convert exits ${done.status}: ${done.stderr.slice(0, 2000)}`);
  return done.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

(async () => {
  console.warn = () => {}; // it says of every exit "logout" that it is deprecated
  const { Scorm12API } = await import(pathToFileURL(path.join(player, 'scorm12.js')));
  const { Scorm2004API } = await import(pathToFileURL(path.join(player, 'scorm2004.js')));
  const runs = [];
  for (let i = 0; i < sequences; i++) runs.push(play(i % 2 ? Scorm2004API : Scorm12API, i % 2 === 0, i));
  const byItem = new Map();
  // A player that marks its last commit needs no guess, and with alwaysSendTotalTime a guess would be wrong.
  for (const flagged of [true, false]) {
    for (const s of convert(runs.filter((run) => run.flagged === flagged), { infer_terminate: !flagged })) {
      const item = /\/(item-\d+)/.exec(s.object.id)[1];
      if (!byItem.has(item)) byItem.set(item, []);
      byItem.get(item).push(s);
    }
  }
  const counts = { decided: 0, nothing: 0, suspended: 0 };
  let failed = 0;
  runs.forEach((run, i) => {
    const why = check(run, byItem.get(`item-${i}`) || [{ verb: { id: '/none' }, object: { definition: { type: '/lesson' } } }]);
    if (!run.claims) counts.nothing++;
    else if (run.suspended) counts.suspended++;
    else counts.decided++;
    if (why && failed++ < 5) console.error(`sequence ${i} (${i % 2 ? '2004' : '1.2'}): ${why}\n  ${run.trace.join('\n  ')}`);
  });
  console.log(`${runs.length} sequences, ${runs.reduce((n, run) => n + run.bodies.length, 0)} commits: ` +
    `${counts.decided} decided, ${counts.suspended} suspended, ${counts.nothing} where nothing is claimed; ${failed} differ`);
  if (counts.decided < sequences / 4) throw new Error('hardly anything was decided: the generator is broken');
  process.exit(failed ? 1 : 0);
})().catch((error) => { console.error(error); process.exit(1); });
