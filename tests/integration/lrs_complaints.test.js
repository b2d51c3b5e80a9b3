// What LRS owners complain about in emitters, one test each: none of it is true of us.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { startLrs, workplace, completions, sleep, until, statements, send } = require('./lrs_help');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const hour = (h, more) => ({ time: `2026-03-0${2 + Math.floor(h / 24)}T${String(h % 24).padStart(2, '0')}:00:00.000+09:00`,
  utc_offset_min: 540, ...more });
const SECRET_TEXT = 'where-is-the-extinguisher-kept';
const person = (learner, name) => ({ learner, learner_name: name, course: 'fire-101',
  learner_email: `${learner}@corp.example.com`, attributes: { cohort: '2026-q1', region: 'emea' } });

const registered = [
  'http://adlnet.gov/expapi/verbs/', 'http://activitystrea.ms/', 'http://id.tincanapi.com/verb/',
  'https://w3id.org/xapi/acrossx/verbs/', 'https://w3id.org/xapi/seriousgames/verbs/',
  'https://w3id.org/xapi/dod-isd/verbs/',
];

// A course with its discussion: two learners complete, one asks, the other answers.
async function tell(place) {
  const add = await place.afterword(['link', 'add', '--course', 'fire-101', '--title', 'After the drill',
    '--prompt', 'What would **you** do first?', '--room-by', 'cohort']);
  assert.equal(add.code, 0, add.err);
  const ada = person('ada', 'Ada Lovelace'), bob = person('bob', 'Bob Ross');
  const first = await place.notify([
    { kind: 'course_completed', course_title: 'Fire safety', ...hour(9, ada) },
    { kind: 'course_passed', score: { scaled: 0.9 }, success: true, ...hour(9, ada) },
    { kind: 'course_completed', course_title: 'Fire safety', ...hour(10, bob) }]);
  assert.equal(first.code, 0, first.err);
  await place.work();
}

async function talk(place, stored) {
  const unlocked = stored.find((s) => s.verb.id.endsWith('/unlocked'));
  const discussion = unlocked.object.id.split('/').at(-1);
  const ada = person('ada', 'Ada Lovelace'), bob = person('bob', 'Bob Ross');
  const local = { provider: 'local', discussion, topic: 't-1' };
  const told = await place.notify([
    { kind: 'discussion_viewed', discussion, ...hour(11, ada) },
    { kind: 'topic_posted', ...local, topic_type: 'question', title: 'Where is it?', body: SECRET_TEXT, ...hour(12, ada) },
    { kind: 'post_replied', ...local, post: 'p-2', body: SECRET_TEXT, ...hour(13, bob) },
    { kind: 'post_replied', ...local, post: 'p-3', body: SECRET_TEXT, ...hour(13, bob) },
    { kind: 'answer_accepted', ...local, post: 'p-2', ...hour(14, ada) },
    { kind: 'post_voted', ...local, post: 'p-2', ...hour(15, ada) }]);
  assert.equal(told.code, 0, told.err);
  await place.work();
}

test('none of these complaints is true of us', async (t) => {
  const lrs = await startLrs();
  t.after(() => lrs.stop());
  const place = workplace([{ name: 'main', endpoint: lrs.endpoint }],
    { forums: [{ name: 'local', type: 'local' }] });
  await tell(place);
  await talk(place, await lrs.stored());
  const stored = await lrs.stored();
  const texts = stored.map((s) => JSON.stringify(s));
  assert.ok(stored.length >= 14, `${stored.length} statements to look at`);

  await t.test('random ids on replay', async () => {
    const before = await lrs.receptions();
    await place.afterword(['lrs', 'replay']);
    const after = await lrs.receptions();
    assert.deepEqual(after.map((r) => r.id), before.map((r) => r.id));
    assert.ok(after.every((r) => r.count === 2 && r.forms === 1));
  });

  await t.test('random ids: the same events told to a new installation make the same ids', async () => {
    const again = await startLrs();
    const other = workplace([{ name: 'main', endpoint: again.endpoint }],
      { forums: [{ name: 'local', type: 'local' }] });
    await tell(other);
    const kind = (s) => s.verb.id.endsWith('/completed');
    assert.deepEqual((await again.stored()).filter(kind).map((s) => s.id).sort(),
      stored.filter(kind).map((s) => s.id).sort());
    await again.stop();
  });

  await t.test('409 retried for ever', async () => {
    const scratch = await startLrs();
    const list = statements(4);
    await send({ endpoint: scratch.endpoint }, [list[1]]);
    const changed = list.map((s, i) => (i === 1 ? { ...s, timestamp: '2021-01-01T00:00:00.000Z' } : s));
    const r = await send({ endpoint: scratch.endpoint }, changed);
    assert.deepEqual(r.dead.map((d) => d.code), ['conflict']);
    const alone = (await scratch.requests()).filter((q) => q.status === 409 && q.statements === 1);
    assert.equal(alone.length, 1);
    await scratch.stop();
  });

  await t.test('ids too coarse, so that distinct statements collapse', () => {
    assert.equal(new Set(stored.map((s) => s.id)).size, stored.length);
    const replies = stored.filter((s) => s.verb.id.endsWith('/replied'));
    assert.equal(replies.length, 2, 'two replies in the same second by the same learner are two');
    assert.equal(stored.filter((s) => s.verb.id.endsWith('verbs/completed')).length, 2);
  });

  await t.test('timestamp rewritten on retry', async () => {
    await lrs.control([{ drop_after_store: true, times: 2 }, { status: 500, times: 2 }]);
    await place.notify(completions(5, 100));
    await place.work();
    await until('delivery', async () => {
      if ((await lrs.receptions()).filter((r) => !r.stored).length === 0 &&
        (await lrs.stored()).length > stored.length) return true;
      await place.work();
      return false;
    });
    const rows = (await lrs.receptions()).filter((r) => r.count > 2 || !stored.some((s) => s.id === r.id));
    assert.ok(rows.length > 0 && rows.every((r) => r.forms === 1));
  });

  await t.test('one bad statement blocking a batch', async () => {
    await lrs.control({ status: 400, match: 'course/poison' });
    const before = (await lrs.stored()).length;
    await place.notify([...completions(3, 200), { kind: 'course_completed', learner: 'u-1', course: 'poison' },
      ...completions(3, 210)]);
    await place.work();
    await lrs.control({ clear: true });
    assert.ok((await lrs.stored()).length >= before + 6);
    const dead = JSON.parse((await place.afterword(['dead', 'list', '--json'])).out);
    assert.equal(dead.length, 1);
    await place.afterword(['dead', 'drop', '--all']);
  });

  await t.test('silence while nothing is delivered', async () => {
    await lrs.control({ status: 401 });
    await place.notify(completions(2, 300));
    const log = (await place.work()).err;
    assert.match(log, /level=warning msg="nothing is being delivered" lrs=main alert=credentials/);
    const status = await place.afterword(['status']);
    assert.match(status.out, /main.*(credentials|401|stopped)/i);
    await lrs.control({ clear: true });
    await sleep(60);
    assert.match((await place.work()).err, /delivering again|worker running/);
  });

  await t.test('several identifiers on one actor', () => {
    for (const s of stored)
      assert.equal(['account', 'mbox', 'mbox_sha1sum', 'openid'].filter((k) => k in s.actor).length, 1);
  });

  await t.test('real names by default', () => {
    for (const text of texts) {
      assert.ok(!/Ada|Lovelace|Bob|Ross|corp\.example\.com/.test(text), text);
      assert.ok(!/"name":"(ada|bob)"/.test(text), text);
    }
    for (const s of stored) assert.match(s.actor.account.name, UUID);
  });

  await t.test('post text in statements', () => {
    for (const text of texts) assert.ok(!text.includes(SECRET_TEXT), text);
  });

  await t.test('local time zones', () => {
    for (const s of stored) assert.match(s.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const completed = stored.find((s) => s.verb.id.endsWith('verbs/completed'));
    assert.equal(completed.timestamp, '2026-03-02T00:00:00.000Z');
    assert.ok(Object.values(completed.context.extensions).includes('+09:00'), 'the offset is kept, elsewhere');
  });

  await t.test('non-IRI or view-URL activity ids', () => {
    for (const s of stored) {
      const activities = [s.object, ...Object.values(s.context.contextActivities || {}).flat()];
      for (const a of activities) {
        assert.match(a.id, /^https?:\/\/[^\s?#]+$/, 'an IRI without a query');
        assert.ok(!a.id.includes('127.0.0.1') && !a.id.includes('localhost'), a.id);
      }
    }
  });

  await t.test('minted verbs', () => {
    for (const s of stored)
      assert.ok(registered.some((prefix) => s.verb.id.startsWith(prefix)), s.verb.id);
  });

  await t.test('missing registration and context', () => {
    for (const s of stored) {
      assert.match(s.context.registration, UUID);
      assert.ok(Array.isArray(s.context.contextActivities.category));
      assert.ok(s.verb.id.endsWith('verbs/completed') || Array.isArray(s.context.contextActivities.grouping));
    }
  });

  await t.test('endless empty batches', async () => {
    const worker = place.start('worker');
    await sleep(300);
    const before = (await lrs.counts()).requests;
    await sleep(1200);
    assert.equal((await lrs.counts()).requests, before);
    worker.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => worker.once('close', resolve)), 0);
    const bodies = (await lrs.requests()).filter((q) => q.method === 'POST');
    assert.ok(bodies.every((q) => q.statements > 0));
  });
});
