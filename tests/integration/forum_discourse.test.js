// The whole way with a forum that behaves, and misbehaves, as Discourse: over HTTP, with the real
// worker, killed on the way; leaving and coming back; then talk and webhooks.
'use strict';
const assert = require('node:assert');
const f = require('./forum_help.js');

async function main() {
  const lrs = await f.startLrs();
  const forum = await f.startForum('discourse', '--seed', '11', '--faults', '150', '--budget', '60');
  const place = await f.forumWorkplace(forum, { key: 'discourse-key',
    forum: { type: 'discourse', api_key_env: 'FORUM_KEY', api_username: 'afterword',
      connect_secret_env: 'FORUM_CONNECT', calls_per_minute: 0 } }, lrs);
  const members = (s) => (s.state.groups || []).flatMap((g) => g.members);

  await place.notify([f.complete('u-1'), f.complete('u-2'), ...Array(10).fill(f.complete('u-2'))]);
  let worker = f.startWorker(place);
  for (let i = 0; i < 3; i++) {
    await f.sleep(300 + 400 * i);
    await f.kill(worker, 'SIGKILL');
    worker = f.startWorker(place);
  }
  const messages = (s) => (s.state.topics || []).filter((t) => t.category_id === 0);
  const open = await f.eventually('two learners are in and invited', 90000, async () => {
    const s = await forum.state();
    assert.strictEqual(s.violation, '');
    return members(s).length === 2 && messages(s).length === 2 && s;
  });
  await forum.faults(0, 0);
  assert.strictEqual(open.state.categories.length, 1);
  assert.strictEqual(open.state.topics.filter((t) => t.category_id > 0).length, 1);
  assert.strictEqual(open.state.users.length, 3, JSON.stringify(open.state.users));

  const [one, two] = members(open).map((id) => open.state.users.find((u) => u.id === id));
  const category = open.state.categories[0].id;
  const asked = await forum.as(one.username, 'POST', '/posts.json',
    { category, title: 'Could we do it in pairs?', raw: 'It would be safer.', tags: ['idea'] });
  assert.strictEqual(asked.status, 200, JSON.stringify(asked.body));
  const answer = await forum.as(two.username, 'POST', '/posts.json',
    { topic_id: asked.body.topic_id, raw: 'We do that in Leeds.' });
  const body = JSON.stringify({ post: (await forum.as('afterword', 'GET', `/posts/${answer.body.id}.json`)).body });
  const send = (event, signature) => fetch(`${place.listener}/webhook/community`, { method: 'POST', body,
    headers: { 'x-discourse-event': event, 'x-discourse-event-id': '7', 'x-discourse-event-signature': signature } });
  assert.strictEqual((await send('post_created', f.sign('sha256', body, 'guess'))).status, 403);
  for (let i = 0; i < 3; i++) assert.strictEqual((await send('post_created', f.sign('sha256', body))).status, 200);
  await forum.as('afterword', 'POST', '/solution/accept.json', { id: answer.body.id });

  const post = open.state.posts.find((p) => p.topic_id === messages(open)[0].id);
  const led = await f.discussLink(place, post.raw);
  assert.strictEqual(led.status, 302);
  assert.ok(led.location.startsWith(`${forum.base}/t/`), led.location);

  // Leaving is respected: the completion arrives again, and nothing lets the learner in.
  const learner = one.external_id, discussion = open.state.categories[0].slug.slice(3);
  await place.notify([{ kind: 'left', learner, course: 'fire-101', discussion, time: '2026-03-03T08:00:00Z' }]);
  await f.eventually('the learner is out', 20000, async () => members(await forum.state()).length === 1);
  await place.notify([f.complete(learner), { ...f.complete(learner), key: 'again', attempt: 2 }]);
  await f.sleep(2500);
  assert.strictEqual(members(await forum.state()).length, 1);
  await place.notify([{ kind: 'rejoined', learner, course: 'fire-101', discussion, time: '2026-03-04T08:00:00Z' }]);
  await f.eventually('the learner is in again', 20000, async () => members(await forum.state()).length === 2);

  const statements = await f.eventually('the statements are in the LRS', 60000, async () => {
    const all = await lrs.stored();
    return f.count(all, 'viewed') === 1 && f.count(all, 'posted') === 1 && f.count(all, 'replied') === 1 &&
      f.count(all, 'accept') === 1 && f.count(all, 'leave') === 1 && all;
  });
  f.assertOnce(statements);
  assert.strictEqual(f.count(statements, 'create'), 1);
  assert.ok(!JSON.stringify(statements).includes('Leeds'), 'post text in a statement');

  // The next cohort's room begins with what this one asked and had answered: with what the answer
  // says, for its members cannot read it where it stands.
  await place.notify([{ ...f.complete('u-3'), attributes: { cohort: 'autumn' } }]);
  const next = await f.eventually('the next room is open', 60000, async () =>
    (await forum.state()).state.posts.find((p) => /earlier rooms/.test(p.raw)));
  assert.match(next.raw, /\*\*Could we do it in pairs\?\*\*\n {2}> We do that in Leeds\.\n/);
  await f.eventually('the newcomer is invited', 60000, async () => messages(await forum.state()).length === 3);
  const last = await forum.state();
  assert.strictEqual(last.violation, '');
  assert.strictEqual(messages(last).length, 3, 'invited once, whatever happens');
  assert.strictEqual(await f.kill(worker, 'SIGTERM'), 0);
  assert.ok(!worker.log.includes('discourse-key') && !worker.log.includes('connect-secret'));
  console.log(`ok: ${open.faults} faults, ${statements.length} statements`);
}

main().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
