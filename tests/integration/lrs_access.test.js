// Credentials of every kind: how they are sent, mended, renewed, and that they show nowhere.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { startLrs, statements, send, secret, sleep, until } = require('./lrs_help');

const PASSWORD = 'correct horse battery staple';

function commandLine(child) {
  try {
    return fs.readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('credentials', async (t) => {
  const lrs = await startLrs('--user', 'emitter', '--password', PASSWORD, '--oauth', 'client:hush-hush');
  t.after(() => lrs.stop());
  t.beforeEach(() => lrs.reset());
  const config = { endpoint: lrs.endpoint };

  await t.test('basic, from a file', async () => {
    const auth = { type: 'basic', user: 'emitter', password_file: secret(PASSWORD) };
    const r = await send({ ...config, auth }, statements(3));
    assert.equal(r.end.settled, 3);
  });

  await t.test('basic, from the environment', async () => {
    const auth = { type: 'basic', user: 'emitter', password_env: 'AW_TEST_PASSWORD' };
    const r = await send({ ...config, auth }, statements(3), [], { env: { AW_TEST_PASSWORD: PASSWORD } });
    assert.equal(r.end.settled, 3);
  });

  await t.test('a wrong password stops, is probed slowly, and once mended delivery goes on by itself',
    async () => {
      const file = secret('wrong');
      const auth = { type: 'basic', user: 'emitter', password_file: file };
      let refusals;
      const r = await send({ ...config, auth, probe_ms: 3600000 }, statements(20), ['--seconds', '20'], {
        during: async () => {
          await until('the refusal', async () => (await lrs.counts()).requests > 0);
          await sleep(1500);
          refusals = (await lrs.counts()).requests;
          fs.writeFileSync(file, `${PASSWORD}\n`);
        },
      });
      assert.equal(refusals, 1, 'not asked again with the same password');
      assert.equal(r.end.settled, 20);
      assert.equal(r.dead.length, 0);
      assert.deepEqual(r.alerts.map((a) => a.kind), ['credentials', 'none']);
      assert.ok(r.end.ms < 10000);
    });

  await t.test('a password file that is missing is an alert, not a loss', async () => {
    const auth = { type: 'basic', user: 'emitter', password_file: '/nowhere/password' };
    const r = await send({ ...config, auth }, statements(2), ['--until-stopped']);
    assert.equal(r.alerts[0].kind, 'credentials');
    assert.match(r.alerts[0].text, /\/nowhere\/password/);
    assert.deepEqual([r.end.settled, r.dead.length], [0, 0]);
  });

  await t.test('a bearer token', async () => {
    await lrs.control({ settings: { bearer: 'a-token-of-thirty-two-characters' } });
    const auth = { type: 'bearer', token_file: secret('a-token-of-thirty-two-characters') };
    const r = await send({ ...config, auth }, statements(3));
    await lrs.control({ settings: { bearer: '' } });
    assert.equal(r.end.settled, 3);
  });

  for (const client_auth of ['basic', 'body']) {
    await t.test(`OAuth 2 client credentials (${client_auth}): one token for many batches`, async () => {
      const token_url = lrs.endpoint.replace('/xapi', '/oauth/token');
      const auth = { type: 'oauth2', token_url, client_id: 'client', client_auth, scope: 'statements/write',
        client_secret_file: secret('hush-hush') };
      const r = await send({ ...config, auth, batch: { statements: 10 } }, statements(40));
      assert.equal(r.end.settled, 40);
      assert.equal((await lrs.counts()).tokens, 1);
    });
  }

  await t.test('OAuth 2: a token that runs out, or is withdrawn, is renewed without an alert', async () => {
    await lrs.control({ settings: { oauth_lifetime_s: 31 } }); // kept for a second: 30 s of margin
    const auth = { type: 'oauth2', token_url: lrs.endpoint.replace('/xapi', '/oauth/token'),
      client_id: 'client', client_secret_file: secret('hush-hush') };
    const r = await send({ ...config, auth, batch: { statements: 1 },
      rate: { requests_per_minute: 240 } }, statements(8), [], {
      during: async () => { await sleep(600); await lrs.control({ revoke_token: true }); },
    });
    await lrs.control({ settings: { oauth_lifetime_s: 3600 } });
    assert.equal(r.end.settled, 8);
    assert.equal(r.alerts.length, 0);
    assert.ok((await lrs.counts()).tokens >= 2);
  });

  await t.test('OAuth 2: a client that is refused stops', async () => {
    const auth = { type: 'oauth2', token_url: lrs.endpoint.replace('/xapi', '/oauth/token'),
      client_id: 'client', client_secret_file: secret('wrong') };
    const r = await send({ ...config, auth }, statements(2), ['--until-stopped']);
    assert.equal(r.alerts[0].kind, 'credentials');
    assert.equal(r.end.settled, 0);
  });

  await t.test('OAuth 2: the token server away is only waited for', async () => {
    const auth = { type: 'oauth2', token_url: 'http://127.0.0.1:9/token', client_id: 'client',
      client_secret_file: secret('hush-hush') };
    const r = await send({ ...config, auth }, statements(2), ['--seconds', '1']);
    assert.equal(r.alerts[0].kind, 'unreachable');
    assert.equal(r.end.health, 1);
  });

  await t.test('secrets show neither in output nor in the command line', async () => {
    await lrs.control({ status: 400, skip: 1 }); // for texts of all kinds
    const auth = { type: 'basic', user: 'emitter', password_file: secret(PASSWORD) };
    let line = '';
    const list = statements(4);
    const r = await send({ ...config, auth, batch: { statements: 1 } }, list, ['--until-stopped'], {
      during: (child) => { line = commandLine(child); },
    });
    const basic = Buffer.from(`emitter:${PASSWORD}`).toString('base64');
    for (const hidden of [PASSWORD, basic]) {
      assert.ok(!r.output.includes(hidden));
      assert.ok(!line.includes(hidden));
    }
  });

  await t.test('a secret in the configuration itself is refused', async () => {
    for (const auth of [{ type: 'basic', user: 'emitter', password: PASSWORD },
      { type: 'bearer', token: PASSWORD }]) {
      const r = await send({ ...config, auth }, statements(1));
      assert.equal(r.code, 1);
      assert.match(r.problems, /secrets do not belong in the configuration/);
      assert.ok(!r.output.includes(PASSWORD));
    }
    const inUrl = await send({ endpoint: 'https://me:pw@lrs.example.org/xapi' }, statements(1));
    assert.match(inUrl.problems, /must not hold a user or password/);
  });
});
