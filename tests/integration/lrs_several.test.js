// Several LRSs at once: each its own filter, version, pace and trouble; and files to one of them.
'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { startLrs, workplace, completions, statement, statements, send, scratch, until } = require('./lrs_help');

test('several LRSs', async (t) => {
  const [all, some, sick] = [await startLrs(), await startLrs('--versions', '2.0.0'), await startLrs()];
  t.after(() => Promise.all([all.stop(), some.stop(), sick.stop()]));
  await sick.control({ delay_ms: 60000 });
  const place = workplace([
    { name: 'all', endpoint: all.endpoint },
    { name: 'some', endpoint: some.endpoint, version: '2.0.0',
      filter: { verbs: ['completed'], not_courses: ['sandbox'] } },
    { name: 'sick', endpoint: sick.endpoint, timeout_ms: 600000 },
  ]);
  const worker = place.start('worker');
  await place.notify([...completions(20), { kind: 'course_passed', learner: 'u-1', course: 'fire-101' },
    { kind: 'course_completed', learner: 'u-1', course: 'sandbox' }]);

  await t.test('one that hangs delays no other', async () => {
    await until('delivery to the others', async () =>
      (await all.counts()).statements === 22 && (await some.counts()).statements === 20, 30000);
    assert.equal((await sick.counts()).statements, 0);
  });

  await t.test('each gets what its filter passes, the same bytes, in its version', async () => {
    const sha = Object.fromEntries((await all.receptions()).map((r) => [r.id, r.sha256]));
    for (const r of await some.receptions()) assert.equal(r.sha256, sha[r.id]);
    assert.ok((await some.stored()).every((s) => s.verb.id.endsWith('/completed')));
    assert.ok((await some.requests()).every((q) => q.version === '2.0.0' && q.status === 200));
    assert.ok((await all.requests()).every((q) => q.version === '1.0.3'));
  });

  await t.test('status says which one is in trouble', async () => {
    const status = JSON.parse((await place.afterword(['status', '--json'])).out);
    const pending = Object.fromEntries(status.lrs.map((l) => [l.name, l.pending]));
    assert.deepEqual([pending.all, pending.some, pending.sick], [0, 0, 22]);
  });

  await t.test('SIGTERM does not wait for the one that hangs longer than its grace', async () => {
    const begun = Date.now();
    worker.kill('SIGTERM');
    assert.equal(await new Promise((resolve) => worker.once('close', resolve)), 0);
    assert.ok(Date.now() - begun < 25000, `${Date.now() - begun} ms`);
  });
});

test('files', async (t) => {
  const lrs = await startLrs();
  t.after(() => lrs.stop());
  t.beforeEach(() => lrs.reset());
  const dir = fs.mkdtempSync(path.join(scratch, 'files-'));
  const keep = (bytes) => {
    const sha2 = crypto.createHash('sha256').update(bytes).digest('hex');
    fs.writeFileSync(path.join(dir, sha2), bytes);
    return sha2;
  };
  const picture = (sha2, length, more = {}) => ({ usageType: 'https://example.org/photo', display: { en: 'photo' },
    contentType: 'image/png', length, sha2, ...more });
  const config = { endpoint: lrs.endpoint };

  await t.test('go with their statement, with hash and type, byte for byte, also when it is sent again', async () => {
    const [a, b] = [crypto.randomBytes(100000), Buffer.from('--boundary\r\n\r\n--\r\n')];
    const list = [...statements(2), statement(3, { attachments: [picture(keep(a), a.length), picture(keep(b), b.length)] }),
      ...statements(2)];
    await lrs.control({ drop_after_store: true, match: 'image/png', times: 1 });
    const r = await send(config, list, ['--files', dir]);
    assert.deepEqual([r.end.settled, r.dead.length], [5, 0]);
    assert.deepEqual((await lrs.files()).map((f) => f.bytes).sort(), [a.length, b.length].sort());
    const multipart = (await lrs.requests()).filter((q) => q.content_type.startsWith('multipart/mixed'));
    assert.equal(multipart.length, 2);
    assert.equal(multipart[0].sha256, multipart[1].sha256, 'the same body');
  });

  await t.test('by fileUrl: nothing is sent along', async () => {
    const s = statement(1, { attachments: [picture('ab'.repeat(32), 5, { fileUrl: 'https://lms.example.org/f/1' })] });
    const r = await send(config, [s], ['--files', dir]);
    assert.equal(r.end.settled, 1);
    assert.equal((await lrs.files()).length, 0);
  });

  await t.test('missing, changed, too large: a dead letter that says so, and the others go on', async () => {
    const changed = keep(Buffer.from('as it was'));
    fs.writeFileSync(path.join(dir, changed), 'as it is!');
    const large = keep(Buffer.alloc(5000));
    const list = [statement(1, { attachments: [picture('cd'.repeat(32), 9)] }),
      statement(2, { attachments: [picture(changed, 9)] }),
      statement(3, { attachments: [picture(large, 5000)] }), statement(4)];
    const r = await send({ ...config, attachments: { max_bytes: 4096 } }, list, ['--files', dir]);
    assert.deepEqual(r.dead.map((d) => d.code), ['attachment', 'attachment', 'attachment']);
    assert.match(r.dead[1].text, /was changed/);
    assert.match(r.dead[2].text, /at most 4096/);
    assert.equal((await lrs.stored()).length, 1);
  });

  await t.test('a name that leaves the folder is refused', async () => {
    const s = statement(1, { attachments: [picture('../../../../etc/passwd', 9)] });
    const r = await send(config, [s], ['--files', dir]);
    assert.equal(r.dead[0].code, 'attachment');
    assert.equal((await lrs.counts()).requests, 0);
  });
});
