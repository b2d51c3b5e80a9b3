// Delivery to a real LRS (Learning Locker's): the happy path, conflicts, one bad among many, files.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { startRealLrs, workplace, completions, statement, statements, send, secret, scratch, until } = require('./lrs_help');

const shared = process.env.AW_SHARED || path.join(__dirname, '../../../shared');

async function main() {
  const lrs = await startRealLrs();
  if (!lrs) {
    console.log('skipped: @learninglocker/xapi-statements is not installed (npm ci in tests/)');
    process.exit(77);
  }
  const config = { endpoint: lrs.endpoint, auth: { type: 'basic', user: 'u', password_file: secret('p') } };
  // 200 need not mean queryable yet
  const held = async (id) => {
    let got;
    await until(`statement ${id}`, async () => {
      got = await lrs.get(`statements?statementId=${id}`);
      return got.status === 200;
    });
    return got.body;
  };

  test('a real LRS', async (t) => {
    t.after(() => lrs.stop());

    await t.test('takes the key statements as they are, and holds them', async (tt) => {
      const file = path.join(shared, 'data/xapi/key-statements.json');
      if (!fs.existsSync(file)) { tt.skip('shared data is not there'); return; }
      const list = JSON.parse(fs.readFileSync(file, 'utf8'));
      const r = await send(config, list);
      assert.deepEqual([r.end.settled, r.dead.length], [list.length, 0]);
      for (const s of list) {
        const got = await held(s.id);
        assert.equal(got.verb.id, s.verb.id);
        assert.equal(got.context.registration, s.context.registration);
      }
    });

    await t.test('takes 200 in batches, and the same again without harm', async () => {
      const list = statements(200);
      const first = await send(config, list);
      const again = await send(config, list);
      assert.deepEqual([first.end.delivered, again.end.delivered, again.dead.length], [200, 200, 0]);
      await held(list[199].id);
    });

    await t.test('one bad among 100: 99 are delivered', async () => {
      const list = statements(100);
      list[42].verb = { id: 'not an IRI' };
      const r = await send({ ...config, batch: { statements: 100 } }, list);
      assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[42].id, 'invalid']]);
      assert.equal(r.end.delivered, 99);
      await held(list[99].id);
    });

    await t.test('a conflict is found and not insisted on', async () => {
      const list = statements(20);
      await send(config, [list[5]]);
      await held(list[5].id);
      const changed = list.map((s, i) =>
        (i === 5 ? { ...s, verb: { id: 'http://adlnet.gov/expapi/verbs/failed' } } : s));
      const r = await send(config, changed);
      assert.deepEqual(r.dead.map((d) => [d.id, d.code]), [[list[5].id, 'conflict']]);
      assert.equal((await held(list[5].id)).verb.id, list[5].verb.id);
      await held(list[19].id);
    });

    await t.test('a file goes with its statement', async () => {
      const bytes = crypto.randomBytes(5000);
      const sha2 = crypto.createHash('sha256').update(bytes).digest('hex');
      const dir = fs.mkdtempSync(path.join(scratch, 'files-'));
      fs.writeFileSync(path.join(dir, sha2), bytes);
      const s = statement(1, { attachments: [{ usageType: 'https://example.org/photo',
        display: { en: 'photo' }, contentType: 'image/png', length: bytes.length, sha2 }] });
      const r = await send(config, [...statements(2), s, ...statements(2)], ['--files', dir]);
      assert.deepEqual([r.end.settled, r.dead.length], [5, 0]);
      assert.equal((await held(s.id)).attachments[0].sha2, sha2);
    });

    await t.test('reconcile: all is there; one that is not is found, and sent again', async () => {
      const place = workplace([{ name: 'real', ...config }]);
      await place.notify(completions(30));
      await place.work();
      const whole = await place.afterword(['reconcile', '--json']);
      assert.equal(whole.code, 0, whole.err + whole.out);
      assert.equal(JSON.parse(whole.out.trim().split('\n').at(-1)).same, 30);
      // another LRS with the same history has none of them
      const empty = await startRealLrs();
      const moved = JSON.parse(fs.readFileSync(place.config, 'utf8'));
      moved.lrs[0].endpoint = empty.endpoint;
      fs.writeFileSync(place.config, JSON.stringify(moved));
      const missing = JSON.parse((await place.afterword(['reconcile', '--json', '--resend'])).out.trim().split('\n').at(-1));
      assert.deepEqual([missing.missing, missing.resent], [30, 30]);
      await until('the statements', async () =>
        JSON.parse((await place.afterword(['reconcile', '--json'])).out.trim().split('\n').at(-1)).same === 30);
      await empty.stop();
    });

    await t.test('speaks 1.0.x only: 2.0.0 is suspected, not thrown away', async () => {
      const r = await send({ ...config, version: '2.0.0' }, statements(10), ['--until-stopped']);
      assert.equal(r.dead.length, 0);
      assert.equal(r.alerts.at(-1).kind, 'suspect');
    });
  });
}

main();
