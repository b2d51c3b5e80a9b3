// Asking without a name where the forum shows who posts: the bot posts it, once, whatever the
// forum does; replies and the answer find their way; who asked stands nowhere but hears of it.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const f = require('./forum_help.js');

const kinds = {
  discourse: { type: 'discourse', api_key_env: 'FORUM_KEY', api_username: 'afterword', connect_secret_env: 'FORUM_CONNECT', calls_per_minute: 0 },
  nodebb: { type: 'nodebb', token_env: 'FORUM_KEY', uid: 1, template_cid: 2 },
};
const keys = { discourse: 'discourse-key', nodebb: 'nodebb-token' };

function bytesUnder(dir) {
  return Buffer.concat(fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => e.isDirectory()
    ? [bytesUnder(path.join(dir, e.name))] : [fs.readFileSync(path.join(dir, e.name))]));
}

async function way(kind) {
  const lrs = await f.startLrs();
  const forum = await f.startForum(kind, '--seed', '5', '--faults', '100', '--budget', '30');
  const place = await f.forumWorkplace(forum, { key: keys[kind], forum: kinds[kind] }, lrs);
  const query = (what, args) => JSON.parse(execFileSync(path.join(f.build, 'tests/query'), [place.state, what, JSON.stringify(args)],
    { env: { ...process.env, AFTERWORD_CONFIG: place.config }, encoding: 'utf8' }));
  const link = JSON.parse((await place.afterword(['link', 'show', 'fire'])).out);
  const changed = await place.afterword(['link', 'add', '--json', f.write('l.json', JSON.stringify({ ...link, anonymous: true, language: 'de' })), '--anyway']);
  assert.strictEqual(changed.code, 0, changed.err);
  await place.notify([f.complete('shy-one'), f.complete('u-2')]);
  let worker = f.startWorker(place);
  const discussion = await f.eventually('both are in', 60000, async () => {
    const rooms = query('discussions', { learner: 'u-2' });
    return rooms.length && rooms[0].state === 'in' && query('discussions', { learner: 'shy-one' })[0].state === 'in' && rooms[0].id;
  });
  const journal = () => bytesUnder(path.join(place.state, 'journal')).toString('latin1').split('shy-one').length;
  const before = journal();

  const question = { kind: 'topic_posted', learner: 'shy-one', learner_name: 'Shy', anonymous: true, provider: 'community', discussion,
    topic: 'form-1', topic_type: 'question', title: 'Is it bad that I forgot?', body: 'I am *not* sure.', time: '2026-03-02T09:00:00Z' };
  await place.notify([question, question]);
  const posts = (s) => (s.state.posts || []).map((p) => ({ ...p, text: p.raw || p.content || '' }));
  const mine = (s) => posts(s).filter((p) => p.text.includes('I am *not* sure.'));
  await f.eventually('the bot has posted it', 60000, async () => mine(await forum.state()).length > 0);
  await f.kill(worker, 'SIGKILL');
  worker = f.startWorker(place);
  await place.notify([question]);
  const topic = await f.eventually('it is a topic of the room', 60000, async () => query('topics', { learner: 'shy-one' })[0]);
  assert.strictEqual(topic.anonymous, true);
  assert.strictEqual(topic.author, '');
  assert.strictEqual(topic.mine, true);
  assert.deepStrictEqual(query('topics', { learner: 'u-2' }), []);
  await forum.faults(0, 0);
  const s = await forum.state();
  assert.strictEqual(s.violation, '');
  assert.strictEqual(mine(s).length, 1, 'posted more than once');
  assert.match(mine(s)[0].text, new RegExp(`^Mitglied ${topic.pseudonym} möchte nicht genannt werden`));
  assert.ok(!JSON.stringify(s.state.posts).includes('shy-one'), 'the forum has the id');

  // A colleague replies in the forum, and likes it; whoever asked thanks without a name.
  const two = s.state.users.find((u) => u.external_id === 'u-2' || u.fullname === 'u-2') || s.state.users[s.state.users.length - 1];
  const who = kind === 'nodebb' ? two.uid : two.username;
  const replied = kind === 'nodebb' ? await forum.as(who, 'POST', `/api/v3/topics/${topic.topic}`, { content: 'It happens to all of us here.' })
    : await forum.as(who, 'POST', '/posts.json', { topic_id: Number(topic.topic), raw: 'It happens to all of us here.' });
  assert.strictEqual(replied.status, 200, JSON.stringify(replied.body));
  if (kind === 'nodebb') await forum.as(who, 'PUT', `/api/v3/posts/${mine(s)[0].pid || mine(s)[0].id}/vote`, { delta: 1 });
  else await forum.as(who, 'POST', '/post_actions.json', { id: mine(s)[0].id, post_action_type_id: 2 });
  const notes = await f.eventually('who asked hears of it', 30000, async () => {
    const all = query('notes', { learner: 'shy-one' });
    return all.length > 0 && all;
  });
  assert.match(notes[0].markdown, /Jemand hat auf deine Frage geantwortet/);
  assert.deepStrictEqual(query('notes', { learner: 'u-2' }), []);
  await place.notify([{ kind: 'post_replied', learner: 'shy-one', anonymous: true, provider: 'community', discussion,
    topic: topic.topic, post: 'form-2', body: 'Thank you, that helps me.', time: '2026-03-02T10:00:00Z' }]);
  await f.eventually('the thanks are there', 30000, async () => posts(await forum.state()).filter((p) => p.text.includes('that helps me')).length === 1);
  const statements = await f.eventually('the statements', 60000, async () => {
    const all = await lrs.stored();
    return f.count(all, 'posted') === 1 && f.count(all, 'replied') === 2 && f.count(all, 'voted-up') === 1 && all;
  });
  f.assertOnce(statements);
  const actor = (verb) => statements.filter((x) => f.verbOf(x) === verb).map((x) => x.actor.account.name);
  assert.ok(!actor('completed').includes(actor('posted')[0]), 'the question has the actor of a completion');
  assert.ok(actor('replied').includes(actor('posted')[0]), 'the thanks are of the same one who asked');

  // Nowhere: neither in the journal since, nor in statements, status, metrics, log.
  assert.strictEqual(journal(), before);
  const status = (await place.afterword(['status', '--json'])).out;
  const metrics = await (await fetch(`${place.listener}/metrics`)).text();
  for (const [where, text] of Object.entries({ statements: JSON.stringify(statements), status, metrics, log: worker.log,
    'statement log': bytesUnder(path.join(place.state, 'statements')).toString('latin1') }))
    assert.ok(!text.includes('shy-one'), `in ${where}`);
  assert.strictEqual(JSON.parse(status).dead_letters, 0, JSON.stringify(query('dead', {})));
  assert.strictEqual(await f.kill(worker, 'SIGTERM'), 0);
  console.log(`${kind}: ok, ${statements.length} statements`);
}

async function main() {
  for (const kind of Object.keys(kinds)) await way(kind);
}

main().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
