// Uploading packages: one that works is played at once; those that do not are refused in
// words an author understands, and leave nothing behind. Then what strangers may try.
'use strict';
const assert = require('assert');
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { BUILD, main, newPage, signIn, play } = require('./helper');

// A tiny package; `files` replaces or adds to what is in it.
function zip(folder, name, files) {
  const at = path.join(folder, `${name}.files`);
  const all = {
    'imsmanifest.xml': `<?xml version="1.0"?><manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
      <organizations default="o"><organization identifier="o"><title>Ladders &amp; &lt;b&gt;steps&lt;/b&gt;</title>
      <item identifier="i 1" identifierref="r"><title>One "page" only</title></item></organization></organizations>
      <resources><resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="a%20folder/page.html?x=1&amp;y=2"/></resources></manifest>`,
    'a folder/page.html': `<!doctype html><html lang="en"><title>x</title><body><p id="args"></p><button id="done">Done</button><script>
      args.textContent = location.search;
      const api = parent.API; api.LMSInitialize('');
      done.onclick = () => { api.LMSSetValue('cmi.core.lesson_status', 'completed'); api.LMSFinish(''); done.textContent = 'Sent'; };
      </script></body></html>`,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    if (text === null) continue;
    fs.mkdirSync(path.dirname(path.join(at, file)), { recursive: true });
    fs.writeFileSync(path.join(at, file), text);
  }
  const out = path.join(folder, `${name}.zip`);
  execFileSync('zip', ['-q', '-r', '-X', out, '.'], { cwd: at });
  return out;
}

// Renames an entry inside a zip file, keeping its length.
function rename(file, from, to) {
  const bytes = fs.readFileSync(file);
  for (let i = bytes.indexOf(from); i >= 0; i = bytes.indexOf(from, i + 1)) bytes.write(to, i);
  fs.writeFileSync(file, bytes);
}

main('upload', async ({ world, browser }) => {
  const w = await world({ courses: ['lifting-12'], worker: 'thread' });
  const b = await browser();
  const author = await newPage(b), learner = await newPage(b);
  const upload = async (file) => {
    await author.goto(`${w.url}author`);
    await author.getByLabel(/^Package/).setInputFiles(file);
    await author.getByRole('button', { name: 'Upload' }).click();
    await author.locator('h1').waitFor();
  };
  await signIn(author, w, 'Nadia Petrov');

  // One with spaces, entities and parameters in its manifest.
  await upload(zip(w.dir, 'Ladders (2026)', {}));
  assert.match(author.url(), /courses\/ladders-2026$/);
  assert.strictEqual(await author.locator('h1').innerText(), 'Ladders & <b>steps</b>');
  await signIn(learner, w, 'Mei Lin');
  await learner.getByRole('link', { name: 'Ladders & <b>steps</b>' }).click();
  await learner.getByRole('link', { name: 'Start the course' }).click();
  const frame = learner.frameLocator('#content');
  assert.strictEqual(await frame.locator('#args').innerText(), '?x=1&y=2');
  await frame.locator('#done').click();
  await learner.locator('.outcome.completed').waitFor();
  await w.statement('completed', (s) => s.object.id.endsWith('/course/ladders-2026'));

  // One of ours, uploaded by hand, brings its discussion along and can be played to it.
  await upload(path.join(BUILD, 'courses/phishing-12.zip'));
  await author.goto(`${w.url}author`);
  await author.getByRole('link', { name: 'Phishing: the ones that nearly got us' }).waitFor();
  await learner.goto(`${w.url}courses/phishing-12/play?item=signs`);
  await play(learner);
  await learner.locator('.outcome').waitFor();

  // The same again becomes a course of its own and takes nothing from the first.
  await upload(path.join(BUILD, 'courses/phishing-12.zip'));
  assert.match(author.url(), /courses\/phishing-12-2$/);

  // Refused, each with its reason.
  const slip = zip(w.dir, 'slip', { 'aa/aa/evil.html': 'x' });
  rename(slip, 'aa/aa/evil.html', '../../evil.html');
  fs.writeFileSync(path.join(w.dir, 'notes.zip'), 'This is no zip file at all.');
  fs.writeFileSync(path.join(w.dir, 'empty.zip'), '');
  const refused = {
    [slip]: /\.\.|outside|leaves|unpacked/i,
    [path.join(w.dir, 'notes.zip')]: /zip/i,
    [path.join(w.dir, 'empty.zip')]: /file|zip/i,
    [zip(w.dir, 'no-manifest', { 'imsmanifest.xml': null })]: /imsmanifest\.xml/,
    [zip(w.dir, 'broken', { 'imsmanifest.xml': '<manifest><organizations>' })]: /manifest/i,
    [zip(w.dir, 'nothing-to-play', { 'imsmanifest.xml': '<manifest><organizations/><resources/></manifest>' })]: /item|organi[sz]ation|nothing/i,
  };
  const before = fs.readdirSync(path.join(w.dir, 'lms/courses')).sort();
  for (const [file, reason] of Object.entries(refused)) {
    await upload(file);
    assert.match(await author.locator('h1').innerText(), /cannot be used|no file/, file);
    assert.match(await author.locator('.problem').innerText(), reason, file);
  }
  assert.deepStrictEqual(fs.readdirSync(path.join(w.dir, 'lms/courses')).sort(), before, 'a refused package left files');
  assert.ok(!fs.existsSync(path.join(w.dir, 'evil.html')));
  assert.deepStrictEqual(fs.readdirSync(path.join(w.dir, 'lms')).filter((f) => f.startsWith('upload-')), [], 'uploads stay behind');

  // What strangers try: no session, no token, another's role, another folder, a forged address.
  const raw = (address, options = {}) => fetch(w.url + address, { redirect: 'manual', ...options });
  const cookies = async (page) => (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  const mei = await cookies(learner);
  const code = async (address, options) => (await raw(address, options)).status;
  assert.strictEqual(await code('courses/lifting-12'), 303, 'a stranger is sent to the first page');
  assert.strictEqual(await code('admin', { headers: { Cookie: mei } }), 403);
  assert.strictEqual(await code('author', { headers: { Cookie: mei } }), 403);
  assert.strictEqual(await code('courses/lifting-12', { headers: { Cookie: mei.replace('mei', 'alex') } }), 303, 'a forged cookie signs in');
  const form = { method: 'POST', body: new URLSearchParams({ title: 'x' }) };
  assert.strictEqual(await code('author/courses', { ...form, headers: { Cookie: await cookies(author) } }), 403, 'a form without its token');
  assert.strictEqual(await code('sign-in', { method: 'POST', body: new URLSearchParams({ person: 'mei' }), headers: { 'Sec-Fetch-Site': 'cross-site' } }), 403);
  for (const address of ['content/lifting-12/..%2f..%2fsession.key', 'content/..%2f/session.key', 'assets/%2e%2e/main.c', 'assets/../main.c', 'content/lifting-12/%00'])
    assert.ok([400, 404].includes(await code(address, { headers: { Cookie: mei } })), address);
  assert.strictEqual(await code('content/lifting-12/index.html'), 303, 'content without a session');
  assert.strictEqual(await code('commit/00.11', { method: 'POST', body: '{}' }), 422);
  const headers = (await raw('')).headers;
  assert.match(headers.get('content-security-policy'), /script-src 'self'/);
  assert.strictEqual(headers.get('x-content-type-options'), 'nosniff');

  // A commit that is none changes nothing and says why.
  await learner.goto(`${w.url}courses/lifting-12/play`);
  const commit = (await learner.locator('#player').getAttribute('data-commit')).slice(1);
  const events = JSON.parse(w.afterword('status', '--json')).journal_events;
  for (const body of ['\xff\xfe', 'x'.repeat(6 << 20)]) {
    const answer = await raw(commit, { method: 'POST', body: Buffer.from(body, 'latin1') });
    assert.ok([413, 422].includes(answer.status), `${answer.status} for ${body.slice(0, 20)}`);
  }
  const answer = await raw(commit, { method: 'POST', body: '' });
  assert.strictEqual(answer.status, 422);
  assert.match((await answer.json()).errorMessage, /\w/);
  assert.strictEqual(JSON.parse(w.afterword('status', '--json')).journal_events - events <= 3, true);
  assert.deepStrictEqual(author.problems.filter((p) => !/^(422|console)/.test(p)), []);
  assert.deepStrictEqual(learner.problems, []);
});
