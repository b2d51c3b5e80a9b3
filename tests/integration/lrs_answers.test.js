// Every row of the table in docs/lrs.md, against an LRS that answers so on command.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { startLrs, statements, send, sleep, until } = require('./lrs_help');

const bad = (s) => { s.actor = { objectType: 'Agent' }; return s; };
const ids = (list) => list.map((s) => s.id).sort();

test('answers of an LRS', async (t) => {
  const lrs = await startLrs();
  const config = { endpoint: lrs.endpoint };
  t.after(() => lrs.stop());
  t.beforeEach(() => lrs.reset());

  const storedIds = async () => ids(await lrs.stored());

  await t.test('200: all delivered, once, in batches of the configured size', async () => {
    const list = statements(120);
    const r = await send({ ...config, batch: { statements: 50 } }, list);
    assert.equal(r.end.settled, 120);
    assert.equal(r.end.requests, 3);
    assert.deepEqual(await storedIds(), ids(list));
  });

  await t.test('200 with an empty list, and 204: delivered all the same', async () => {
    await lrs.control({ status: 200, body: '[]', store: true, times: 1 });
    await lrs.control({ status: 204, store: true, times: 1 });
    const r = await send({ ...config, batch: { statements: 5 } }, statements(10));
    assert.deepEqual([r.end.settled, r.end.requests, r.dead.length], [10, 2, 0]);
  });

  await t.test('400: one bad statement among 500 is found, 499 are delivered', async () => {
    const list = statements(500);
    bad(list[377]);
    const r = await send({ ...config, batch: { statements: 500 } }, list);
    assert.equal(r.end.delivered, 499);
    assert.deepEqual(r.dead.map((d) => d.id), [list[377].id]);
    assert.equal(r.dead[0].code, 'invalid');
    assert.match(r.dead[0].text, /HTTP 400: an actor has exactly one identifier/);
    assert.equal((await storedIds()).length, 499);
    assert.ok(r.end.requests <= 2 + 2 * 9, `${r.end.requests} requests`);
  });

  await t.test('422 is treated as 400', async () => {
    const list = statements(20);
    await lrs.control({ status: 422, match: list[7].id, body: '{"error":"no"}' });
    const r = await send(config, list);
    assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[7].id, 'invalid']]);
    assert.equal(r.end.delivered, 19);
  });

  await t.test('400 for the very first one: others are tried before it is given up', async () => {
    const list = statements(10);
    bad(list[0]);
    const r = await send(config, list);
    assert.deepEqual(r.dead.map((d) => d.id), [list[0].id]);
    assert.equal((await storedIds()).length, 9);
    const sent = await lrs.receptions();
    assert.ok(sent.every((row) => row.forms === 1), 'the same bytes every time');
  });

  await t.test('ten bad ones at the front, among good ones', async () => {
    const list = statements(60);
    list.slice(0, 10).forEach(bad);
    const r = await send(config, list);
    assert.deepEqual(r.dead.map((d) => d.id).sort(), ids(list.slice(0, 10)));
    assert.equal((await storedIds()).length, 50);
  });

  await t.test('400 for every single one: the version is suspected, nothing is given up', async () => {
    await lrs.control({ settings: { versions: '2.0.0' } });
    const list = statements(60);
    const r = await send(config, list, ['--until-stopped']);
    assert.equal(r.dead.length, 0);
    assert.equal(r.end.settled, 0);
    assert.equal(r.alerts.at(-1).kind, 'suspect');
    assert.match(r.alerts.at(-1).text, /version/);
    // and with the version mended it goes on
    const mended = await send({ ...config, version: '2.0.0' }, list);
    await lrs.control({ settings: { versions: '1.0.3,2.0.0' } });
    assert.equal(mended.end.settled, 60);
    assert.equal((await storedIds()).length, 60);
  });

  await t.test('400 for everything from the middle on: at most a few are given up', async () => {
    const list = statements(60);
    await lrs.control({ status: 400, skip: 1 });
    const r = await send({ ...config, batch: { statements: 20 } }, list, ['--until-stopped']);
    assert.equal(r.end.delivered, 20);
    assert.ok(r.dead.length <= 5, `${r.dead.length} dead letters`);
    assert.equal(r.alerts.at(-1).kind, 'suspect');
  });

  for (const [status, kind] of [[401, 'credentials'], [403, 'credentials'], [404, 'endpoint'],
    [405, 'endpoint'], [302, 'endpoint'], [308, 'endpoint'], [415, 'suspect'], [418, 'endpoint']]) {
    await t.test(`${status}: stops, keeps everything, and goes on when it is mended`, async () => {
      await lrs.control({ status, location: 'https://elsewhere.example.org/', times: 3 });
      const list = statements(30);
      const r = await send(config, list);
      assert.equal(r.alerts[0].kind, kind);
      assert.equal(r.alerts.at(-1).kind, 'none');
      assert.equal(r.dead.length, 0);
      assert.deepEqual(await storedIds(), ids(list));
      const [first, second, third, fourth] = await lrs.requests();
      assert.deepEqual([first.statements, second.statements, third.statements, fourth.statements],
        [30, 1, 1, 1], 'probes are small');
    });
  }

  await t.test('200 with a web page is no delivery', async () => {
    await lrs.control({ status: 200, body: '<html>log in</html>', content_type: 'text/html', times: 1 });
    const list = statements(3);
    const r = await send(config, list);
    assert.equal(r.alerts[0].kind, 'endpoint');
    assert.deepEqual(await storedIds(), ids(list));
  });

  await t.test('408: as a timeout, the same bytes again', async () => {
    await lrs.control({ status: 408, times: 1 });
    const list = statements(4);
    const r = await send(config, list);
    assert.deepEqual([r.end.settled, r.end.unknown], [4, 1]);
    const [first, second] = await lrs.requests();
    assert.equal(first.sha256, second.sha256);
  });

  await t.test('409: the one in conflict is found, never sent under a new id, never retried', async () => {
    const list = statements(30);
    await send(config, [list[11]]);
    const changed = list.map((s, i) => (i === 11 ? { ...s, timestamp: '2020-01-01T00:00:00.000Z' } : s));
    const r = await send(config, changed);
    assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[11].id, 'conflict']]);
    assert.equal(r.end.conflicts, 1);
    assert.deepEqual(await storedIds(), ids(list));
    const alone = (await lrs.requests()).filter((q) => q.status === 409 && q.statements === 1);
    assert.equal(alone.length, 1);
  });

  await t.test('412 on statements: a dead letter for the one', async () => {
    const list = statements(8);
    await lrs.control({ status: 412, match: list[2].id });
    const r = await send(config, list);
    assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[2].id, 'precondition']]);
    assert.equal(r.end.delivered, 7);
  });

  await t.test('413: halves, remembers the size, and gives up only one that is too large alone', async () => {
    await lrs.control({ settings: { max_body_bytes: 6000 } });
    const list = statements(100);
    list[50].context.extensions = { 'https://example.org/large': 'x'.repeat(8000) };
    const r = await send({ ...config, batch: { statements: 100 } }, list);
    await lrs.control({ settings: { max_body_bytes: 0 } });
    assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[50].id, 'too_large']]);
    assert.equal(r.end.delivered, 99);
    const refused = (await lrs.requests()).filter((q) => q.status === 413);
    assert.ok(refused.length <= 8, `${refused.length} refusals: the size is remembered`);
    assert.ok(r.end.batch_bytes <= 6000);
  });

  await t.test('429 with seconds: waits so long, is not bisected, and slows down', async () => {
    await lrs.control({ status: 429, retry_after: '1', times: 1 });
    const r = await send(config, statements(10));
    assert.ok(r.end.ms >= 1000, `${r.end.ms} ms`);
    assert.equal(r.end.requests, 2);
    assert.ok(r.end.spacing_ms > 0);
    assert.equal(r.alerts[0].kind, 'busy');
    const [first, second] = await lrs.requests();
    assert.equal(first.sha256, second.sha256);
  });

  await t.test('503 with an HTTP date: waits until then', async () => {
    const at = new Date(Date.now() + 2500);
    await lrs.control({ status: 503, retry_after: at.toUTCString(), times: 1 });
    const r = await send(config, statements(10));
    assert.equal(r.end.requests, 2);
    assert.ok(Date.now() >= Math.floor(at.getTime() / 1000) * 1000);
    assert.equal(r.end.settled, 10);
  });

  for (const status of [500, 502, 503, 504]) {
    await t.test(`${status}: backs off and sends the same bytes`, async () => {
      await lrs.control({ status, times: 2 });
      const list = statements(10);
      const r = await send(config, list);
      assert.deepEqual([r.end.settled, r.end.retries, r.end.requests], [10, 2, 3]);
      const sent = await lrs.requests();
      assert.equal(new Set(sent.map((q) => q.sha256)).size, 1);
      assert.equal(r.alerts[0].kind, 'trouble');
    });
  }

  await t.test('500 caused by one statement: smaller batches, the others are compared, it is given up',
    async () => {
      const list = statements(50);
      await lrs.control({ status: 500, match: list[20].id });
      const r = await send(config, list);
      assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[20].id, 'server_error']]);
      assert.equal((await storedIds()).length, 49);
    });

  await t.test('500 for everything: nothing is given up', async () => {
    await lrs.control({ status: 500 });
    const r = await send(config, statements(5), ['--seconds', '1']);
    assert.deepEqual([r.dead.length, r.end.settled], [0, 0]);
    assert.equal(r.alerts.at(-1).kind, 'trouble');
  });

  await t.test('an answer that is lost after storing: the same bytes, stored once', async () => {
    await lrs.control({ drop_after_store: true, times: 3 });
    const list = statements(40);
    const r = await send(config, list);
    assert.equal(r.end.settled, 40);
    assert.ok(r.end.unknown >= 1);
    const rows = await lrs.receptions();
    assert.equal(rows.length, 40);
    assert.ok(rows.every((row) => row.forms === 1 && row.count >= 2));
    assert.deepEqual(await storedIds(), ids(list));
  });

  await t.test('a connection broken before storing: the same bytes', async () => {
    await lrs.control({ drop_before_store: true, times: 2 });
    const list = statements(7);
    const r = await send(config, list);
    assert.equal(r.end.settled, 7);
    assert.ok((await lrs.receptions()).every((row) => row.forms === 1));
  });

  await t.test('a hang ends at the timeout', async () => {
    await lrs.control({ delay_ms: 3000, times: 1 });
    const list = statements(3);
    const r = await send({ ...config, timeout_ms: 300 }, list);
    assert.equal(r.end.settled, 3);
    assert.ok(r.end.ms < 2500, `${r.end.ms} ms`);
    assert.equal(r.alerts[0].kind, 'silent');
    assert.equal(r.end.unknown, 1);
    await sleep(3000); // the first one is answered by now
    assert.ok((await lrs.receptions()).every((row) => row.forms === 1));
  });

  await t.test('an LRS that is away: tried until it is there', async () => {
    const away = await startLrs();
    await away.stop();
    const list = statements(3);
    let back;
    const r = await send({ endpoint: away.endpoint }, list, [], {
      during: async () => { await sleep(300); back = await startLrs('--port', String(away.port)); },
    });
    await back.stop();
    assert.equal(r.end.settled, 3);
    assert.equal(r.alerts[0].kind, 'unreachable');
  });

  await t.test('the same statement twice in one batch is sent once', async () => {
    const list = statements(5);
    const r = await send(config, [...list, list[2], list[4]]);
    assert.deepEqual([r.end.settled, r.end.requests, r.dead.length], [7, 1, 0]);
    assert.equal((await lrs.receptions()).every((row) => row.count === 1), true);
  });

  await t.test('the same id with other content in one batch: the first is kept, the other a conflict', async () => {
    const list = statements(3);
    const r = await send(config, [...list, { ...list[1], timestamp: '2020-01-01T00:00:00.000Z' }]);
    assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[1].id, 'conflict']]);
    assert.equal((await lrs.stored()).length, 3);
  });

  await t.test('the rate is kept to', async () => {
    const r = await send({ ...config, batch: { statements: 1 }, rate: { requests_per_minute: 600 } },
      statements(6));
    assert.ok(r.end.ms >= 500, `${r.end.ms} ms for 6 requests at 10 a second`);
    const s = await send({ ...config, batch: { statements: 5 }, rate: { statements_per_second: 20 } },
      statements(15));
    assert.ok(s.end.ms >= 500, `${s.end.ms} ms for 15 statements at 20 a second`);
  });

  await t.test('SIGTERM finishes the request in flight', async () => {
    await lrs.control({ delay_ms: 600, times: 1 });
    const r = await send({ ...config, batch: { statements: 2 } }, statements(6), [], {
      during: async (child) => {
        await until('the request', async () => (await lrs.counts()).rules_used[0] === 1, 60000);
        child.kill('SIGTERM');
      },
    });
    assert.equal(r.code, 0);
    assert.equal(r.end.settled, 2);
    assert.equal((await lrs.stored()).length, 2);
  });

  await t.test('nothing to send: no request', async () => {
    const r = await send(config, []);
    assert.equal(r.end.requests, 0);
    assert.equal((await lrs.counts()).requests, 0);
  });
});
