// The whole way with a forum that behaves, and misbehaves, as NodeBB: over HTTP, with the real
// worker, killed on the way; then talk, a webhook, and a learner who follows the invitation.
'use strict';
const assert = require('node:assert');
const f = require('./forum_help.js');

async function main() {
  const lrs = await f.startLrs();
  const forum = await f.startForum('nodebb', '--seed', '11', '--faults', '167', '--budget', '60');
  const place = await f.forumWorkplace(forum, { key: 'nodebb-token',
    forum: { type: 'nodebb', token_env: 'FORUM_KEY', uid: 1, template_cid: 2 } }, lrs);
  const members = (s) => s.state.groups ? s.state.groups.flatMap((g) => g.members).filter((m) => m !== 1) : [];

  await place.notify([f.complete('u-1'), f.complete('u-2'), ...Array(10).fill(f.complete('u-1'))]);
  let worker = f.startWorker(place);
  for (let i = 0; i < 4; i++) { // killed at some step or other
    await f.sleep(300 + 400 * i);
    await f.kill(worker, 'SIGKILL');
    worker = f.startWorker(place);
  }
  const invitations = (s) => (s.state.chats || []).flatMap((c) => c.messages);
  const open = await f.eventually('two learners are in and invited', 90000, async () => {
    const s = await forum.state();
    assert.strictEqual(s.violation, '');
    return members(s).length === 2 && invitations(s).length === 2 && s;
  });
  await forum.faults(0, 0);
  const rooms = open.state.categories.filter((c) => c.handle.startsWith('aw-'));
  assert.strictEqual(rooms.length, 1);
  assert.strictEqual(open.state.topics.length, 1);
  assert.strictEqual(open.state.users.length, 3, JSON.stringify(open.state.users));
  assert.ok(open.faults > 0, 'no fault was met');

  // Talk: a question, a reply; seen by webhook and by poll.
  const [asker, helper] = members(open);
  const asked = await forum.as(asker, 'POST', '/api/v3/topics',
    { cid: rooms[0].cid, title: 'Which extinguisher?', content: 'For the server room', tags: ['question'] });
  assert.strictEqual(asked.status, 200);
  const tid = asked.body.response.tid;
  const replied = await forum.as(helper, 'POST', `/api/v3/topics/${tid}`, { content: 'CO2, the black one' });
  const hook = JSON.stringify({ hook: 'action:post.save', params: { post: { pid: replied.body.response.pid } } });
  const send = (signature) => fetch(`${place.listener}/webhook/community`, { method: 'POST', body: hook,
    headers: { 'x-webhook-signature': signature, 'content-type': 'application/json' } });
  assert.strictEqual((await send(f.sign('sha1', hook, 'guess'))).status, 403);
  assert.strictEqual((await send('sha1=00')).status, 403);
  for (let i = 0; i < 3; i++) assert.strictEqual((await send(f.sign('sha1', hook))).status, 200);
  assert.strictEqual((await fetch(`${place.listener}/webhook/nobody`, { method: 'POST', body: hook })).status, 404);

  // The invitation leads to the discussion, and the view is counted, once a day.
  const message = invitations(open)[0].content;
  for (let i = 0; i < 3; i++) {
    const led = await f.discussLink(place, message);
    assert.strictEqual(led.status, 302);
    assert.ok(led.location.startsWith(`${forum.base}/topic/`), led.location);
  }
  const { link } = await f.discussLink(place, message);
  const forged = link.slice(0, -6) + (link.at(-6) === 'A' ? 'B' : 'A') + link.slice(-5);
  assert.strictEqual((await fetch(forged, { redirect: 'manual' })).status, 404);
  assert.strictEqual((await fetch(`${place.listener}/healthz`)).status, 200);
  assert.match(await (await fetch(`${place.listener}/metrics`)).text(), /^afterword_/m);

  const statements = await f.eventually('the statements are in the LRS', 60000, async () => {
    const all = await lrs.stored();
    return f.count(all, 'viewed') === 1 && f.count(all, 'posted') >= 1 && f.count(all, 'replied') === 1 && all;
  });
  f.assertOnce(statements);
  assert.strictEqual(f.count(statements, 'create'), 1);
  assert.strictEqual(f.count(statements, 'unlocked'), 2);
  assert.strictEqual(f.count(statements, 'receive'), 2);
  assert.strictEqual(f.count(statements, 'posted'), 1);
  assert.ok(!JSON.stringify(statements).includes('black one'), 'post text in a statement');
  assert.strictEqual((await forum.state()).violation, '');

  // What was told is remembered by the forum's thread in memory only. A worker that is started
  // anew reads all of it again, edits and likes as well, and says nothing a second time.
  const pid = replied.body.response.pid;
  await forum.as(helper, 'PUT', `/api/v3/posts/${pid}`, { content: 'CO2, the black one, not foam' });
  await forum.as(asker, 'PUT', `/api/v3/posts/${pid}/vote`, { delta: 1 });
  await f.eventually('the like is told', 60000, async () => f.count(await lrs.stored(), 'voted-up') === 1);
  const written = async () => (await place.afterword(['status'])).out.match(/statements +(\d+) written/)[1];
  const before = await written();
  await f.kill(worker, 'SIGKILL');
  const asked0 = (await forum.state()).requests;
  worker = f.startWorker(place);
  await f.eventually('everything is read again, twice', 60000,
    async () => (await forum.state()).requests > asked0 + 40);
  assert.strictEqual((await send(f.sign('sha1', hook))).status, 200);
  assert.strictEqual(await written(), before);
  f.assertOnce(await lrs.stored());
  assert.strictEqual(f.count(await lrs.stored(), 'voted-up'), 1);
  assert.strictEqual(await f.kill(worker, 'SIGTERM'), 0);
  assert.ok(!worker.log.includes('nodebb-token'));
  console.log(`ok: ${open.faults} faults, ${statements.length} statements`);
}

main().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
