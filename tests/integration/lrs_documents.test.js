// Documents with ETags: nobody's change is lost, whatever runs at the same time.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { startLrs, write, build } = require('./lrs_help');

test('documents', async (t) => {
  const lrs = await startLrs('--user', 'u', '--password', 'p');
  t.after(() => lrs.stop());
  const config = write('config.json', JSON.stringify({ name: 'main', endpoint: lrs.endpoint,
    auth: { type: 'basic', user: 'u', password_file: write('secret', 'p\n') } }));
  const document = (...args) => new Promise((resolve) => {
    execFile(path.join(build, 'tests/lrs_document'), [config, ...args], (error, out) =>
      resolve({ code: error ? error.code : 0, out: out.trim() }));
  });
  const body = async (kind, id) => JSON.parse((await document(kind, id, 'get')).out.split('\n')[1]);

  for (const kind of ['state', 'activity', 'agent']) {
    await t.test(`${kind}: made, read, merged, removed`, async () => {
      assert.match((await document(kind, 'd-1', 'get')).out, /^AW_ENOTFOUND/);
      assert.equal((await document(kind, 'd-1', 'merge', '{"a":1,"b":2}')).code, 0);
      assert.equal((await document(kind, 'd-1', 'merge', '{"b":null,"c":{"d":[3]}}')).code, 0);
      assert.deepEqual(await body(kind, 'd-1'), { a: 1, c: { d: [3] } });
      assert.equal((await document(kind, 'd-1', 'delete')).code, 0);
      assert.match((await document(kind, 'd-1', 'get')).out, /^AW_ENOTFOUND/);
    });
  }

  await t.test('a write that is based on something old is refused', async () => {
    assert.equal((await document('agent', 'd-2', 'put', 'one')).code, 0);
    const etag = (await document('agent', 'd-2', 'get')).out.split('\n')[0];
    assert.match((await document('agent', 'd-2', 'put', 'two')).out, /^AW_EBUSY/, 'it is there already');
    assert.equal((await document('agent', 'd-2', 'put', 'three', etag)).code, 0);
    assert.match((await document('agent', 'd-2', 'put', 'four', etag)).out, /^AW_EBUSY/, 'it was changed');
    assert.equal((await document('agent', 'd-2', 'get')).out.split('\n')[1], 'three');
  });

  await t.test('ten processes merge at once: nothing is lost', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, async (_, p) => {
      for (let i = 0; i < 3; i++) {
        const r = await document('activity', 'd-3', 'merge', JSON.stringify({ [`p${p}-${i}`]: i }));
        if (r.code !== 0) return r.out;
      }
      return 'well';
    }));
    const refused = results.filter((r) => r !== 'well');
    const there = Object.keys(await body('activity', 'd-3'));
    for (let p = 0; p < 10; p++)
      if (results[p] === 'well') for (let i = 0; i < 3; i++) assert.ok(there.includes(`p${p}-${i}`));
    assert.ok(refused.every((r) => r.startsWith('AW_EBUSY')), refused.join('\n'));
    const lost = (await lrs.requests()).filter((q) => q.method === 'PUT' && q.status === 412);
    assert.ok(lost.length > 0 || refused.length === 0, 'there was a race to win');
  });

  await t.test('a document that is no JSON is left as it is', async () => {
    await document('state', 'd-4', 'put', 'words');
    assert.match((await document('state', 'd-4', 'merge', '{"a":1}')).out, /^AW_EREFUSED.*no JSON object/);
    assert.equal((await document('state', 'd-4', 'get')).out.split('\n')[1], 'words');
  });

  await t.test('merging what is there already writes nothing', async () => {
    await document('state', 'd-5', 'merge', '{"a":1}');
    const before = (await lrs.requests()).filter((q) => q.method === 'PUT').length;
    await document('state', 'd-5', 'merge', '{"a":1}');
    assert.equal((await lrs.requests()).filter((q) => q.method === 'PUT').length, before);
  });

  await t.test('trouble and refusals are told apart', async () => {
    for (const [status, code] of [[503, 'AW_ENET'], [401, 'AW_ENET'], [403, 'AW_ENET'], [400, 'AW_EREFUSED']]) {
      await lrs.control({ status, times: 1 });
      assert.ok((await document('state', 'd-6', 'put', 'x')).out.startsWith(code), `${status}`);
      await lrs.control({ clear: true });
    }
  });
});
