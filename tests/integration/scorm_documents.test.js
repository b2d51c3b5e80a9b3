// Commits through journal and worker to an LRS that wants documents: the State and Activity Profile
// documents of ADL's SCORM profile, merged with what is there, and dead letters where it refuses.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { build, startLrs, workplace } = require('./lrs_help');

if (!fs.existsSync(path.join(build, 'bin/fixture_lrs'))) { console.log('skipped: fixture_lrs is not built'); process.exit(77); }

const PROFILE = 'https://w3id.org/xapi/scorm/';
const REGISTRATION = '2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a';

function body({ status = 'incomplete', exit = '', entry = 'ab-initio', session = '00:00:30', suspend = '', location = '', sequence }) {
  return JSON.stringify({ runtimeData: { cmi: { core: { lesson_status: status, exit, entry, credit: 'credit',
    lesson_mode: 'normal', lesson_location: location, session_time: session, score: { raw: '', min: '', max: '100' } },
  suspend_data: suspend, launch_data: 'level=2', student_data: { mastery_score: '80', max_time_allowed: '0001:00:00',
    time_limit_action: 'continue,no message' }, student_preference: { audio: '5', language: 'en', speed: '', text: '' } } },
  commitSequence: sequence });
}

let minute = 0;
const commit = (facts, terminated = true) => ({ kind: 'scorm_commit', learner: 'u-42', course: 'fire', activity: 'item-1',
  registration: REGISTRATION, time: new Date(Date.UTC(2026, 2, 2, 8, minute++)).toISOString(), body: body(facts), terminated });

async function documents(lrs, kind, activity, agent) {
  const query = new URLSearchParams({ activityId: activity });
  if (agent) { query.set('agent', JSON.stringify(agent)); query.set('registration', REGISTRATION); }
  const url = `${lrs.endpoint}/activities/${kind}`;
  const headers = { 'x-experience-api-version': '1.0.3' };
  const ids = await (await fetch(`${url}?${query}`, { headers })).json();
  const out = {};
  const name = kind === 'state' ? 'stateId' : 'profileId';
  for (const id of ids) {
    query.set(name, id);
    out[id.replace(PROFILE, '')] = await (await fetch(`${url}?${query}`, { headers })).json();
  }
  return out;
}

async function notify(work, events) {
  const said = await work.notify(events);
  assert.strictEqual(said.code, 0, said.err);
  const done = await work.work();
  assert.strictEqual(done.code, 0, done.err);
}

(async () => {
  const lrs = await startLrs();
  const work = workplace([{ name: 'main', endpoint: lrs.endpoint, documents: true },
    { name: 'plain', endpoint: lrs.endpoint, filter: { verbs: ['passed'] } }]);
  // Suspended, resumed and passed, then another attempt.
  await notify(work, [commit({ exit: 'suspend', suspend: 'page=3', location: '3', sequence: 1 })]);
  const first = (await lrs.stored()).find((s) => s.verb.id.endsWith('/suspended'));
  assert(first, 'suspended is told');
  const agent = { account: first.actor.account };
  const sco = first.object.id;
  const attempt = first.context.contextActivities.grouping.find((a) => a.definition.type.endsWith('/attempt')).id;

  let state = await documents(lrs, 'state', sco, agent);
  assert.deepStrictEqual(state, { 'activity-state': { attempts: [attempt] } });
  state = await documents(lrs, 'state', attempt, agent);
  assert.deepStrictEqual(state['types/adl-suspend-data'], { suspend_data: 'page=3' });
  assert.deepStrictEqual(state['attempt-state'], { credit: 'credit', mode: 'normal', location: '3',
    preferences: { audio_level: 5, language: 'en' }, total_time: 'PT30S' });
  assert.deepStrictEqual(await documents(lrs, 'profile', sco), { 'activity-profile': { scaled_passing_score: 0.8,
    launch_data: 'level=2', max_time_allowed: 'PT1H', time_limit_action: 'continue,no message' } });

  // Somebody else's members stay; a writer that was faster is merged with, not overwritten.
  await lrs.control({ path: '/activities/state', method: 'PUT', status: 412, times: 1 });
  await notify(work, [commit({ status: 'passed', entry: 'resume', session: '00:00:20', location: '9', sequence: 1 }),
    commit({ status: 'incomplete', exit: 'suspend', session: '00:00:05', sequence: 1 })]);
  state = await documents(lrs, 'state', sco, agent);
  assert.strictEqual(state['activity-state'].attempts.length, 2);
  assert.strictEqual(state['activity-state'].attempts[0], attempt);
  state = await documents(lrs, 'state', attempt, agent);
  assert.strictEqual(state['attempt-state'].total_time, 'PT50S');
  assert.strictEqual(state['attempt-state'].location, '9');
  const second = (await documents(lrs, 'state', sco, agent))['activity-state'].attempts[1];
  assert.strictEqual((await documents(lrs, 'state', second, agent))['attempt-state'].total_time, 'PT5S');

  // An LRS without that API refuses: dead letters, and the statements go on.
  await lrs.control({ path: '/activities/', status: 405 });
  await notify(work, [commit({ status: 'failed', entry: 'resume', session: '00:00:09', sequence: 1 })]);
  const verbs = (await lrs.stored()).map((s) => s.verb.id.split('/').pop());
  assert.strictEqual(verbs.filter((v) => v === 'terminated').length, 2);
  const dead = async () => (await work.afterword(['dead', 'list'])).out.split('\n').filter((l) => l.includes('document'));
  assert((await dead()).length >= 2, 'refused documents are dead letters');

  // Put right and retried: nothing is dead any more, and the document is there.
  await lrs.control({ clear: true });
  assert.strictEqual((await work.afterword(['dead', 'retry', '--all'])).code, 0);
  assert.strictEqual((await work.work()).code, 0);
  assert.deepStrictEqual(await dead(), []);
  assert.strictEqual((await documents(lrs, 'state', second, agent))['attempt-state'].total_time, 'PT14S');
  await lrs.stop();
  console.log('documents: made, merged with ETags, refused ones set aside');
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
