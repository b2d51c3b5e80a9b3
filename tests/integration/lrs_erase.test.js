// A learner asks to be forgotten: voided or erased at the LRSs, removed here, and told what remains.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { startLrs, workplace, completions } = require('./lrs_help');

// Two LRSs, the second of which erases by a request of its own (which fails once), and a discussion.
async function twoLrss(t) {
  const lrs = await startLrs();
  const asked = [];
  const eraser = http.createServer((request, answer) => {
    asked.push([request.method, decodeURIComponent(request.url), request.headers.authorization]);
    answer.writeHead(asked.length === 1 ? 503 : 204).end();
  });
  const port = await new Promise((resolve) => { eraser.listen(0, '127.0.0.1', () => resolve(eraser.address().port)); });
  const second = await startLrs();
  t.after(() => { eraser.close(); return Promise.all([lrs.stop(), second.stop()]); });
  const place = workplace([{ name: 'main', endpoint: lrs.endpoint },
    { name: 'second', endpoint: second.endpoint, erase: { url: `http://127.0.0.1:${port}/erase?agent={actor}` } }],
  { forums: [{ name: 'local', type: 'local' }] });
  await place.afterword(['link', 'add', '--course', 'fire-101', '--title', 'After the drill', '--prompt', 'What first?']);
  return { lrs, asked, place };
}

test('afterword erase', async (t) => {
  const { lrs, asked, place } = await twoLrss(t);
  const ada = { learner: 'ada-lovelace', course: 'fire-101' };
  await place.notify([{ kind: 'course_completed', ...ada }, ...completions(2)]);
  await place.work();
  const discussion = (await lrs.stored()).find((s) => s.verb.id.endsWith('/unlocked')).object.id.split('/').at(-1);
  await place.notify([{ kind: 'topic_posted', ...ada, provider: 'local', discussion, topic: 't-1',
    topic_type: 'question', title: 'A question of mine', body: 'my-very-own-words' }]);
  await place.work();
  const before = await lrs.stored();
  const completed = before.find((s) => s.verb.id.endsWith('verbs/completed') && s.object.id.endsWith('fire-101'));
  const actor = completed.actor.account.name;
  const mine = before.filter((s) => s.actor.account.name === actor);
  assert.ok(mine.length >= 4, `${mine.length} statements of hers`);

  await t.test('asks to be sure', async () => {
    assert.equal((await place.afterword(['erase', 'ada-lovelace'])).code, 2);
    assert.equal((await place.afterword(['erase', '--yes'])).code, 2);
  });

  await t.test('an LRS that cannot erase now: nothing here is removed, and the call can be repeated', async () => {
    const r = await place.afterword(['erase', 'ada-lovelace', '--yes']);
    assert.equal(r.code, 1);
    assert.match(r.err, /second: erasure was answered 503/);
    const talk = await place.afterword(['status', '--json']);
    assert.equal(JSON.parse(talk.out).members, 3);
  });

  let report;
  await t.test('voids at one LRS and hands the erasure to the other', async () => {
    const r = await place.afterword(['erase', 'ada-lovelace', '--yes', '--json']);
    assert.equal(r.code, 0, r.err);
    report = JSON.parse(r.out);
    assert.deepEqual(report.lrs.map((l) => [l.name, l.how, l.statements]),
      [['main', 'voided', mine.length], ['second', 'erased', 0]]);
    assert.equal(asked.at(-1)[0], 'DELETE');
    assert.match(asked.at(-1)[1], new RegExp(`"name":"${actor}"`));
    for (const s of mine) {
      const got = await fetch(`${lrs.endpoint}/statements?statementId=${s.id}`,
        { headers: { 'X-Experience-API-Version': '1.0.3' } });
      assert.equal(got.status, 404, 'voided');
    }
    const others = before.filter((s) => s.actor.account.name !== actor);
    for (const s of others) {
      const got = await fetch(`${lrs.endpoint}/statements?statementId=${s.id}`,
        { headers: { 'X-Experience-API-Version': '1.0.3' } });
      assert.equal(got.status, 200, 'what others did stays');
    }
  });

  await t.test('voids once, although it was called twice, and not in her name', async () => {
    const voiding = (await lrs.stored()).filter((s) => s.verb.id.endsWith('/voided'));
    assert.equal(voiding.length, mine.length);
    assert.ok(voiding.every((s) => s.actor.account.name !== actor));
    assert.ok((await lrs.receptions()).every((r) => r.forms === 1));
  });

  await t.test('nothing about her is left in the store', async () => {
    assert.ok(report.local.rows >= 4);
    const again = JSON.parse((await place.afterword(['erase', 'ada-lovelace', '--yes', '--json'])).out);
    assert.equal(again.local.rows, 0);
    for (const file of ['state.db', 'state.db-wal'].map((f) => path.join(place.state, f))) {
      const bytes = fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : '';
      for (const trace of ['my-very-own-words', 'A question of mine', 'ada-lovelace'])
        assert.ok(!bytes.includes(trace), `${trace} in ${file}`);
    }
    assert.equal(JSON.parse((await place.afterword(['status', '--json'])).out).members, 2);
  });

  await t.test('what remains is told, with its end', async () => {
    const text = report.remains.join('\n');
    assert.match(text, /LRS "main" keeps \d+ voided statements/);
    assert.match(text, /The journal keeps 2 records until about \d{4}-\d\d-\d\d/);
    assert.match(text, /The statement log keeps \d+ records/);
    assert.match(text, /pseudonym can be computed again/);
  });

  await t.test('others go on as before', async () => {
    await place.notify(completions(1, 70));
    const r = await place.work();
    assert.equal(r.code, 0, r.err);
    assert.equal(JSON.parse((await place.afterword(['status', '--json'])).out).dead_letters, 0);
  });

  await t.test('statements that still wait are not overtaken', async () => {
    await lrs.control({ status: 503 });
    await place.notify([{ kind: 'course_completed', learner: 'bob', course: 'fire-101' }]);
    await place.work();
    const r = await place.afterword(['erase', 'bob', '--yes']);
    assert.equal(r.code, 1);
    assert.match(r.err, /still wait/);
    await lrs.control({ clear: true });
  });
});

// The same because the host said that it deleted the person: queued behind all that was told of them.
test('learner_deleted', async (t) => {
  const { lrs, asked, place } = await twoLrss(t);
  const status = async () => JSON.parse((await place.afterword(['status', '--json'])).out);
  const voided = async () => (await lrs.stored()).filter((s) => s.verb.id.endsWith('/voided')).length;
  const bob = { kind: 'learner_deleted', learner: 'bob' };

  await t.test('in one go with what it deletes, while nothing is delivered: it waits', async () => {
    await lrs.control({ status: 503 });
    await place.notify([{ kind: 'course_completed', learner: 'bob', course: 'fire-101' },
      { kind: 'course_completed', learner: 'eve', course: 'fire-101' }, bob, bob]);
    assert.equal((await place.work()).code, 0, 'a worker that runs until it is idle does not wait for an LRS in trouble');
    assert.deepEqual([(await status()).erasures_waiting, (await status()).members, asked.length], [1, 2, 0]);
    await lrs.control({ clear: true });
  });

  await t.test('an LRS that cannot erase now: nothing is removed, it is told why, and tried again', async () => {
    for (let i = 0; i < 50 && asked.length === 0; i++) await place.work();
    const s = await status();
    assert.deepEqual([s.erasures_waiting, s.members], [1, 2]);
    assert.ok(s.problems.some((p) => /could not be erased yet.*second: erasure was answered 503/.test(p)), s.problems.join());
    await new Promise((resolve) => { setTimeout(resolve, 2100); });
    await place.work();
    const after = await status();
    assert.deepEqual([after.erasures_waiting, after.members, after.problems.filter((p) => /erased/.test(p))], [0, 1, []]);
    assert.ok(await voided() >= 2);
    assert.ok(!fs.readFileSync(path.join(place.state, 'state.db'), 'latin1').includes('bob'));
  });

  await t.test('waiting for an LRS polls nothing, and goes on by itself when that is well again', async () => {
    const worker = place.start('worker');
    const gone = new Promise((resolve) => { worker.on('close', resolve); });
    const rest = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
    // How often its threads go to sleep in four seconds: whoever sleeps again was awake.
    const slept = () => fs.readdirSync(`/proc/${worker.pid}/task`).reduce((sum, thread) =>
      sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${worker.pid}/task/${thread}/status`, 'utf8'))[1]), 0);
    const naps = async () => { const before = slept(); await rest(4000); return slept() - before; };
    try {
      await rest(1500);
      const calm = await naps(); // none, but for a thread of ThreadSanitizer's own
      await lrs.control({ status: 503, retry_after: '8' });
      await place.notify([{ kind: 'course_completed', learner: 'kim', course: 'fire-101' }, { kind: 'learner_deleted', learner: 'kim' }]);
      for (let i = 0; i < 100 && (await status()).erasures_waiting === 0; i++) await rest(50);
      await rest(1000);
      const woken = await naps();
      assert.ok(woken < calm * 1.5 + 3, `woken ${woken} times in four seconds of nothing to do, against ${calm}`);
      assert.equal((await status()).erasures_waiting, 1);
      await lrs.control({ clear: true });
      for (let i = 0; i < 300 && (await status()).erasures_waiting > 0; i++) await rest(50);
      const s = await status();
      assert.deepEqual([s.erasures_waiting, s.members], [0, 1]);
    } finally {
      worker.kill('SIGTERM'); // the next one would wait for it
      assert.equal(await gone, 0);
    }
  });

  await t.test('who is not known, or was erased before, is no work', async () => {
    const before = [await voided(), asked.length];
    await place.notify([bob, { kind: 'learner_deleted', learner: 'nobody' }]);
    await place.work();
    assert.deepEqual([await voided(), asked.length, (await status()).erasures_waiting], [...before, 0]);
    assert.equal((await status()).dead_letters, 0);
  });
});
