// Between us and the LRS: TLS with right and wrong names, unknown issuers, proxies, redirects.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { startLrs, statements, send, secret, scratch, run } = require('./lrs_help');

async function certificates() {
  const at = (name) => path.join(scratch, name);
  const openssl = (...args) => run('openssl', args);
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test CA',
    '-keyout', at('ca.key'), '-out', at('ca.pem'));
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Other CA',
    '-keyout', at('other.key'), '-out', at('other.pem'));
  for (const [name, san] of [['right', 'IP:127.0.0.1'], ['wrong', 'DNS:somewhere.example.org']]) {
    await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`,
      '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-addext', `subjectAltName=${san}`);
    await openssl('x509', '-req', '-days', '2', '-in', at(`${name}.csr`), '-CA', at('ca.pem'),
      '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy', '-out', at(`${name}.pem`));
  }
  return at;
}

const counts = (lrs) => new Promise((resolve, reject) => {
  https.get({ host: '127.0.0.1', port: lrs.port, path: '/control', rejectUnauthorized: false }, (answer) => {
    let text = '';
    answer.on('data', (part) => { text += part; });
    answer.on('end', () => resolve(JSON.parse(text)));
  }).on('error', reject);
});

const listen = (server) => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(server.address().port));
});

test('TLS', async (t) => {
  const at = await certificates();
  const right = await startLrs('--tls-cert', at('right.pem'), '--tls-key', at('right.key'));
  const wrong = await startLrs('--tls-cert', at('wrong.pem'), '--tls-key', at('wrong.key'));
  t.after(() => Promise.all([right.stop(), wrong.stop()]));

  await t.test('a private CA can be configured', async () => {
    const r = await send({ endpoint: right.endpoint, ca_file: at('ca.pem') }, statements(3));
    assert.equal(r.end.settled, 3);
    assert.equal((await counts(right)).statements, 3);
  });

  await t.test('an unknown issuer is refused before anything is sent', async () => {
    for (const ca_file of [undefined, at('other.pem')]) {
      const r = await send({ endpoint: right.endpoint, ca_file }, statements(2), ['--seconds', '1']);
      assert.equal(r.alerts[0].kind, 'tls');
      assert.deepEqual([r.end.settled, r.end.unknown], [0, 0]);
    }
    assert.equal((await counts(right)).receptions, 3);
  });

  await t.test('a wrong name is refused', async () => {
    const r = await send({ endpoint: wrong.endpoint, ca_file: at('ca.pem') }, statements(2), ['--seconds', '1']);
    assert.equal(r.alerts[0].kind, 'tls');
    assert.equal((await counts(wrong)).receptions, 0);
  });

  await t.test('a CA file that is missing says so', async () => {
    const r = await send({ endpoint: right.endpoint, ca_file: '/nowhere/ca.pem' }, statements(1), ['--seconds', '1']);
    assert.equal(r.alerts[0].kind, 'tls');
    assert.match(r.alerts[0].text, /ca_file|certificate/);
  });
});

// A small proxy: absolute-form requests, and CONNECT.
function startProxy(seen, password) {
  const allowed = (request) => !password ||
    request.headers['proxy-authorization'] === `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
  const proxy = http.createServer((request, answer) => {
    seen.push(request.url);
    if (!allowed(request)) { answer.writeHead(407).end(); return; }
    const onward = http.request(request.url, { method: request.method, headers: request.headers },
      (got) => { answer.writeHead(got.statusCode, got.headers); got.pipe(answer); });
    request.pipe(onward);
  });
  proxy.on('connect', (request, socket) => {
    seen.push(request.url);
    const [host, port] = request.url.split(':');
    const onward = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return proxy;
}

test('a proxy', async (t) => {
  const lrs = await startLrs();
  t.after(() => lrs.stop());

  await t.test('is used where it is configured', async () => {
    const seen = [];
    const proxy = startProxy(seen);
    const port = await listen(proxy);
    const r = await send({ endpoint: lrs.endpoint, proxy: `http://127.0.0.1:${port}` }, statements(3));
    proxy.close();
    assert.equal(r.end.settled, 3);
    assert.deepEqual(seen, [`${lrs.endpoint}/statements`]);
  });

  await t.test('with a password', async () => {
    const seen = [];
    const proxy = startProxy(seen, 'let me through');
    const port = await listen(proxy);
    const r = await send({ endpoint: lrs.endpoint, proxy: `http://127.0.0.1:${port}`, proxy_user: 'me',
      proxy_password_file: secret('let me through') }, statements(3));
    proxy.close();
    assert.equal(r.end.settled, 3);
  });

  await t.test('carries TLS through', async () => {
    const at = (name) => path.join(scratch, name);
    const tls = await startLrs('--tls-cert', at('right.pem'), '--tls-key', at('right.key'));
    const seen = [];
    const proxy = startProxy(seen);
    const port = await listen(proxy);
    const r = await send({ endpoint: tls.endpoint, ca_file: at('ca.pem'), proxy: `http://127.0.0.1:${port}` },
      statements(3));
    proxy.close();
    await tls.stop();
    assert.equal(r.end.settled, 3);
    assert.deepEqual(seen, [`127.0.0.1:${tls.port}`]);
  });

  await t.test('that is away means nothing was sent', async () => {
    const r = await send({ endpoint: lrs.endpoint, proxy: 'http://127.0.0.1:9' }, statements(1), ['--seconds', '1']);
    assert.equal(r.alerts[0].kind, 'unreachable');
    assert.equal(r.end.unknown, 0);
  });

  await t.test('of the environment is not', async () => {
    const r = await send({ endpoint: lrs.endpoint }, statements(1), [],
      { env: { http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' } });
    assert.equal(r.end.settled, 1);
  });
});

test('a redirect is reported and not followed, least of all with credentials', async () => {
  const asked = [];
  const elsewhere = http.createServer((request, answer) => { asked.push(request.headers); answer.end('[]'); });
  const there = await listen(elsewhere);
  const lrs = await startLrs('--user', 'u', '--password', 'p');
  await lrs.control({ status: 307, location: `http://127.0.0.1:${there}/statements` });
  const auth = { type: 'basic', user: 'u', password_file: secret('p') };
  const r = await send({ endpoint: lrs.endpoint, auth }, statements(2), ['--until-stopped']);
  elsewhere.close();
  await lrs.stop();
  assert.equal(asked.length, 0);
  assert.equal(r.alerts[0].kind, 'endpoint');
  assert.match(r.alerts[0].text, new RegExp(`HTTP 307 to http://127.0.0.1:${there}/statements`));
});

test('a name that does not exist: nothing was sent', async () => {
  const r = await send({ endpoint: 'http://no-such-host.invalid/xapi' }, statements(1), ['--seconds', '1']);
  assert.equal(r.alerts[0].kind, 'unreachable');
  assert.equal(r.end.unknown, 0);
});

test('an answer without end is cut at its limit', async () => {
  const endless = http.createServer((request, answer) => {
    request.resume();
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.on('error', () => {});
    const more = () => { while (!answer.destroyed && answer.write(Buffer.alloc(1 << 20, ' '))); };
    answer.on('drain', more);
    more();
  });
  const port = await listen(endless);
  const r = await send({ endpoint: `http://127.0.0.1:${port}/xapi` }, statements(2));
  endless.closeAllConnections();
  endless.close();
  assert.equal(r.end.settled, 2);
});

test('a connection that was closed while it was idle costs nothing', async () => {
  const lrs = await startLrs();
  const between = net.createServer((socket) => { // cuts each connection after its first answer
    const onward = net.connect(lrs.port, '127.0.0.1');
    socket.pipe(onward);
    onward.on('data', (part) => { socket.write(part); setTimeout(() => socket.destroy(), 20); });
    socket.on('error', () => {});
    onward.on('error', () => {});
    socket.on('close', () => onward.destroy());
  });
  const port = await listen(between);
  const r = await send({ endpoint: `http://127.0.0.1:${port}/xapi`, batch: { statements: 1 },
    rate: { requests_per_minute: 600 } }, statements(5));
  between.close();
  await lrs.stop();
  assert.deepEqual([r.end.settled, r.end.unknown], [5, 0]);
});
