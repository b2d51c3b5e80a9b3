// Filling an LRS again, and comparing it with what was delivered: the command, end to end.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { startLrs, workplace, completions } = require('./lrs_help');

const counts = (r) => JSON.parse(r.out.trim().split('\n').at(-1));

test('replay and reconcile', async (t) => {
  const lrs = await startLrs('--page', '7');
  const other = await startLrs();
  t.after(() => Promise.all([lrs.stop(), other.stop()]));
  const main = { name: 'main', endpoint: lrs.endpoint };
  const place = workplace([main]);
  await place.notify(completions(40));
  await place.work();
  const ids = (await lrs.receptions()).map((r) => r.id);

  await t.test('all is there, over several pages', async () => {
    const r = await place.afterword(['reconcile', '--json']);
    assert.equal(r.code, 0, r.err);
    assert.deepEqual([counts(r).expected, counts(r).same, counts(r).missing], [40, 40, 0]);
  });

  await t.test('what is missing or different is listed, by id', async () => {
    await lrs.control({ forget: [ids[3], ids[30]] });
    await lrs.control({ alter: ids[10] });
    const r = await place.afterword(['reconcile', 'main', '--json']);
    assert.equal(r.code, 1);
    const lines = r.out.trim().split('\n').slice(0, -1).map((l) => JSON.parse(l));
    assert.deepEqual(lines.map((l) => [l.id, l.finding]),
      [[ids[3], 'missing'], [ids[10], 'different'], [ids[30], 'missing']]);
  });

  await t.test('--resend sends what is missing, the same bytes, and nothing else', async () => {
    const before = (await lrs.counts()).receptions;
    const r = await place.afterword(['reconcile', '--resend', '--json']);
    assert.equal(counts(r).resent, 2);
    assert.equal((await lrs.counts()).receptions, before + 2);
    assert.ok((await lrs.receptions()).every((row) => row.forms === 1 && row.stored === 1));
    const again = counts(await place.afterword(['reconcile', '--json']));
    assert.deepEqual([again.missing, again.different], [0, 1]);
  });

  await t.test('--since looks at less', async () => {
    const r = await place.afterword(['reconcile', '--json', '--since', '2026-03-02T08:00:30Z']);
    assert.deepEqual([counts(r).expected, counts(r).same], [10, 10]);
    assert.equal(r.code, 0);
  });

  await t.test('an LRS that is behind: late, not missing, until it has caught up', async () => {
    await lrs.control({ settings: { hidden_ms: 3600000 } });
    const late = await place.afterword(['reconcile', '--json', '--wait', '0']);
    assert.equal(late.code, 1);
    assert.deepEqual([counts(late).late, counts(late).missing], [40, 0]);
    await lrs.control({ settings: { hidden_ms: 0 } });
  });

  await t.test('a 503 and a 429 while it reads are waited for', async () => {
    await lrs.control([{ status: 503, method: 'GET', times: 2 },
      { status: 429, retry_after: '0', method: 'GET', times: 1 }]);
    const r = await place.afterword(['reconcile', '--json']);
    await lrs.control({ clear: true });
    assert.equal(counts(r).same, 39);
  });

  await t.test('a new LRS is filled from the log, by its own filter', async () => {
    const place2 = { ...place };
    const config = JSON.parse(fs.readFileSync(place.config));
    config.lrs.push({ name: 'second', endpoint: other.endpoint, filter: { verbs: ['completed'] },
      batch: { statements: 15 } });
    fs.writeFileSync(place.config, JSON.stringify(config));
    const r = await place2.afterword(['lrs', 'replay', 'second']);
    assert.equal(r.code, 0, r.err);
    assert.match(r.out, /^40 statements sent, 0 set aside/);
    assert.deepEqual((await other.stored()).map((s) => s.id).sort(), [...ids].sort());
    const [a, b] = [await lrs.receptions(), await other.receptions()];
    const sha = Object.fromEntries(a.map((row) => [row.id, row.sha256]));
    assert.ok(b.every((row) => sha[row.id] === row.sha256), 'both LRSs got the same bytes');
  });

  await t.test('replay --since sends less, and again without harm', async () => {
    const r = await place.afterword(['lrs', 'replay', 'second', '--since', '2026-03-02T08:00:35Z']);
    assert.match(r.out, /^5 statements sent/);
    assert.equal((await other.counts()).statements, 40);
  });

  await t.test('an LRS that refuses is told of, not waited for', async () => {
    await other.control({ status: 401 });
    const r = await place.afterword(['lrs', 'replay', 'second']);
    assert.equal(r.code, 1);
    assert.match(r.err, /HTTP 401.*auth/);
    await other.control({ clear: true });
  });

  await t.test('dead letters are not taken for missing', async () => {
    await lrs.control({ status: 400, match: 'activities/course/poison' });
    await place.notify([{ kind: 'course_completed', learner: 'u-1', course: 'poison',
      time: '2026-03-03T08:00:00Z' }, ...completions(3, 50)]);
    await place.work();
    await lrs.control({ clear: true });
    const dead = JSON.parse((await place.afterword(['dead', 'list', '--json'])).out);
    assert.equal(dead.length, 1);
    const r = counts(await place.afterword(['reconcile', 'main', '--json', '--since', '2026-03-02T08:00:50Z']));
    assert.deepEqual([r.expected, r.same, r.missing], [3, 3, 0]);
    // tried again and refused again, it stays one
    await lrs.control({ status: 422, match: 'activities/course/poison' });
    await place.afterword(['dead', 'retry', '--all']);
    await place.work();
    await lrs.control({ clear: true });
    const still = JSON.parse((await place.afterword(['dead', 'list', '--json'])).out);
    assert.deepEqual(still.map((d) => d.subject), dead.map((d) => d.subject));
    assert.match(still[0].reason, /422/);
    // and tried again it gets there, and is one no more
    await place.afterword(['dead', 'retry', '--all']);
    await place.work();
    assert.equal(JSON.parse((await place.afterword(['dead', 'list', '--json'])).out).length, 0);
    const then = counts(await place.afterword(['reconcile', 'main', '--json', '--since', '2026-03-02T08:00:50Z']));
    assert.deepEqual([then.expected, then.same], [4, 4]);
  });

  await t.test('wrong calls say what is wrong', async () => {
    assert.equal((await place.afterword(['reconcile', '--since', 'yesterday'])).code, 2);
    const unknown = await place.afterword(['lrs', 'replay', 'nobody']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /no LRS is called "nobody"/);
    assert.match((await place.afterword(['reconcile'])).err, /name one/);
  });
});
