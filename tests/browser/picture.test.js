// A picture with a post: one learner adds it, another sees it, nobody else does; the LRS
// gets the file; what is no picture, or too large, is refused in words and the text stays.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const zlib = require('zlib');
const { main, newPage, signIn, until } = require('./helper');

// A PNG of one colour fading into another, so that it has a size to be looked at.
function png(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]), out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13), rows = Buffer.alloc(height * (1 + width * 3));
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rows.set([40 + Math.floor(150 * x / width), 110, 60 + Math.floor(150 * y / height)], y * (1 + width * 3) + 1 + x * 3);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function crc(bytes) {
  let c = ~0;
  for (const b of bytes) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
  }
  return ~c >>> 0;
}

async function enter(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}courses/rack-day`);
  await page.getByRole('button', { name: 'I have completed it' }).click();
  await page.getByRole('link', { name: 'Go to the discussion' }).click();
  await page.getByRole('heading', { name: 'At the rack', level: 1 }).waitFor();
}

async function shot(page, name) {
  if (!process.env.AW_SHOTS) return;
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${process.env.AW_SHOTS}/${name}-${width}.png`, fullPage: true });
  }
}

const fits = async (page) => {
  await page.setViewportSize({ width: 390, height: 900 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
  await page.setViewportSize({ width: 1280, height: 900 });
};

main('picture', async ({ world, browser }) => {
  const w = await world({ worker: 'thread', config: { attachments: { send: 'files', max_bytes: 300000 } } });
  const b = await browser();
  const author = await newPage(b), amina = await newPage(b), jonas = await newPage(b), lena = await newPage(b);
  await signIn(author, w, 'Nadia Petrov');
  await author.getByRole('link', { name: 'Author', exact: true }).click();
  await author.getByLabel('Title').fill('Rack day');
  await author.getByRole('button', { name: 'Add', exact: true }).click();
  await author.getByRole('link', { name: 'Attach a discussion' }).click();
  await author.getByLabel('Title of the discussion').fill('At the rack');
  await author.getByLabel('Opening post', { exact: true }).fill('You finished **{course}**.');
  await author.getByLabel('Call to action', { exact: true }).fill('Take a picture of yourself doing it and post it.');
  await author.getByRole('button', { name: 'Save' }).click();
  await author.getByRole('link', { name: 'At the rack' }).waitFor();
  await enter(amina, w, 'Amina Okafor');
  await enter(jonas, w, 'Jonas Weber');
  await enter(lena, w, 'Lena Kowalska'); // of another cohort: she has a room of her own
  const room = amina.url();
  assert.strictEqual(jonas.url(), room);
  assert.notStrictEqual(lena.url(), room);
  await amina.reload();

  const ask = amina.locator('.ask'), refused = ask.getByRole('alert');
  const write = async (file) => {
    await ask.getByLabel('Something to talk about').check();
    await ask.getByLabel('In one line').fill('Me at the rack');
    await ask.getByLabel('What others need to know').fill('Knees bent, <b>as learnt</b>.');
    await ask.getByLabel('What it shows').fill('Amina lifts a "crate" & smiles');
    await ask.getByLabel(/^Add a picture or PDF/).setInputFiles(file);
    await ask.getByRole('button', { name: 'Post it' }).click();
  };
  const kept = async () => {
    assert.strictEqual(await ask.getByLabel('In one line').inputValue(), 'Me at the rack');
    assert.strictEqual(await ask.getByLabel('What others need to know').inputValue(), 'Knees bent, <b>as learnt</b>.');
    assert.strictEqual(await ask.getByLabel('What it shows').inputValue(), 'Amina lifts a "crate" & smiles');
    assert.ok(await ask.getByLabel('Something to talk about').isChecked());
    assert.strictEqual(await amina.locator('article.topic').count(), 0, 'a refused topic was posted');
  };

  // A text that calls itself a picture, and a picture that is too large.
  const events = () => JSON.parse(w.afterword('status', '--json')).journal_events;
  const before = events();
  await write({ name: 'rack.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)">') });
  await refused.waitFor();
  assert.match(await refused.innerText(), /"rack\.png" cannot be added: only pictures .* and PDFs can\. Nothing was posted/);
  await kept();
  await shot(amina, 'refused');
  await write({ name: 'poster.png', mimeType: 'image/png', buffer: Buffer.concat([png(2, 2), Buffer.alloc(300000)]) });
  await until('the second sentence', async () => /poster/.test(await refused.innerText()));
  assert.match(await refused.innerText(), /"poster\.png" is too large: it has 301 kB, and at most 300 kB can be added/);
  await kept();
  assert.strictEqual(events(), before, 'a refused post left an event');
  assert.deepStrictEqual(amina.problems.filter((p) => !/422/.test(p)), []);
  amina.problems.length = 0;

  // The views of this page still lead to the discussion.
  await amina.getByRole('link', { name: 'Unanswered' }).click();
  assert.strictEqual(amina.url(), `${room}?show=open`);
  await amina.goto(room);

  // A picture: in the page, for the other member as well, with its words.
  const picture = png(640, 400), sha2 = crypto.createHash('sha256').update(picture).digest('hex');
  await write({ name: 'rack.png', mimeType: 'image/png', buffer: picture });
  await amina.getByRole('heading', { name: 'Me at the rack', level: 3 }).waitFor();
  await jonas.reload();
  const image = jonas.getByRole('img', { name: 'Amina lifts a "crate" & smiles' });
  await image.scrollIntoViewIfNeeded();
  await until('the picture to load', () => image.evaluate((i) => i.complete && i.naturalWidth === 640));
  assert.strictEqual(await image.getAttribute('loading'), 'lazy');
  const address = new URL(await image.getAttribute('src'), w.url).href;
  assert.ok(address.startsWith(`${w.url}files/${sha2}`));
  await fits(jonas);
  await shot(jonas, 'post');

  // A photo says where it was taken, and which way is up: only the second is kept.
  const jpeg = Buffer.from(await jonas.evaluate(() => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 40, height: 20 }).getContext('2d').fillRect(0, 0, 20, 20);
    return canvas.toDataURL('image/jpeg').split(',')[1];
  }), 'base64');
  const where = 'GPS 51.5074 N 0.1278 W';
  const exif = Buffer.from(`Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0${where}`, 'latin1');
  const photo = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif, jpeg.subarray(2)]);
  const shelf = jonas.locator('article.topic', { hasText: 'Me at the rack' });
  await shelf.locator('summary', { hasText: 'Reply' }).click();
  await shelf.getByLabel('Your reply').fill('My shelf.');
  await shelf.getByLabel(/^Add a picture or PDF/).setInputFiles({ name: 'shelf.jpg', mimeType: 'image/jpeg', buffer: photo });
  await shelf.getByLabel('What it shows').fill('A shelf');
  await shelf.getByRole('button', { name: 'Post reply' }).click();
  const shown = jonas.getByRole('img', { name: 'A shelf' });
  await shown.scrollIntoViewIfNeeded();
  await until('the photo to load, upright', () => shown.evaluate((i) => i.complete && i.naturalWidth === 20 && i.naturalHeight === 40));
  const held = Buffer.from(await (await fetch(new URL(await shown.getAttribute('src'), w.url), { headers: { Cookie: (await jonas.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ') } })).arrayBuffer());
  assert.ok(held.subarray(0, 2).equals(jpeg.subarray(0, 2)));
  assert.ok(photo.includes(where) && !held.includes(where), 'the photo still says where it was taken');
  await w.statement('replied');

  // A PDF with a reply is a link that downloads.
  const topic = jonas.locator('article.topic', { hasText: 'Me at the rack' });
  await topic.locator('summary', { hasText: 'Reply' }).click();
  await topic.getByLabel('Your reply').fill('Our checklist.');
  await topic.getByLabel(/^Add a picture or PDF/).setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Our checklist') });
  await topic.getByRole('button', { name: 'Post reply' }).click();
  await topic.getByRole('alert').waitFor();
  assert.strictEqual(await topic.getByLabel('Your reply').inputValue(), 'Our checklist.');
  assert.strictEqual(await jonas.locator('.ask').getByRole('alert').count(), 0, 'the other form is refused as well');
  await topic.getByLabel(/^Add a picture or PDF/).setInputFiles({ name: 'check list.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await topic.getByRole('button', { name: 'Post reply' }).click();
  const link = jonas.getByRole('link', { name: 'check list.pdf' });
  await link.waitFor();

  // How files are served, and to whom.
  const cookies = async (page) => (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  const get = async (page, url, headers = {}) => fetch(url, { redirect: 'manual', headers: { ...headers, ...(page ? { Cookie: await cookies(page) } : {}) } });
  const served = await get(jonas, address);
  assert.strictEqual(served.status, 200);
  assert.strictEqual(served.headers.get('content-type'), 'image/png');
  assert.strictEqual(served.headers.get('x-content-type-options'), 'nosniff');
  assert.strictEqual(served.headers.get('content-disposition'), null);
  assert.ok(Buffer.from(await served.arrayBuffer()).equals(picture));
  assert.strictEqual((await get(jonas, address, { 'If-None-Match': served.headers.get('etag') })).status, 304);
  assert.strictEqual((await get(jonas, `${w.url}files/${sha2}`)).status, 200, 'a member, by the digest alone');
  const pdf = await get(amina, new URL(await link.getAttribute('href'), w.url).href);
  assert.strictEqual(pdf.headers.get('content-type'), 'application/pdf');
  assert.strictEqual(pdf.headers.get('content-disposition'), "attachment; filename*=UTF-8''check%20list.pdf");
  assert.strictEqual((await get(null, address)).status, 303, 'a stranger is sent to the first page');
  const hers = new URL(lena.url()).pathname.split('/').pop();
  for (const url of [address, `${w.url}files/${sha2}`, `${w.url}files/${sha2}?in=${hers}`, `${w.url}files/..%2fstate.db`]) {
    assert.strictEqual((await get(lena, url)).status, 404, url);
    assert.strictEqual((await get(lena, url, { 'If-None-Match': `"${sha2}"` })).status, 404, `${url}, said to be known`);
  }
  assert.strictEqual((await get(jonas, `${w.url}files/${'0'.repeat(64)}`)).status, 404);

  // The LRS has the statement and the very bytes; the learner's words stay here.
  const posted = await w.statement('posted');
  assert.strictEqual(posted.attachments.length, 1);
  assert.strictEqual(posted.attachments[0].sha2, sha2);
  assert.strictEqual(posted.attachments[0].contentType, 'image/png');
  assert.strictEqual(posted.attachments[0].length, picture.length);
  assert.ok(!JSON.stringify(posted).includes('smiles'));
  const replies = await until('both replies', async () => {
    const all = (await w.statements()).filter((s) => s.verb.id.endsWith('/replied'));
    return all.length === 2 && all;
  });
  const kinds = replies.map((s) => s.attachments[0]).sort((x, y) => x.contentType.localeCompare(y.contentType));
  assert.strictEqual(kinds[0].contentType, 'application/pdf');
  assert.strictEqual(kinds[1].length, held.length, 'the length of what was sent, not of what is kept');
  const files = await (await fetch(new URL('/control/files', w.endpoint))).json();
  assert.deepStrictEqual(files.find((f) => f.sha2 === sha2), { sha2, type: 'image/png', bytes: picture.length });
  assert.strictEqual(files.length, 3);

  // With the post its picture goes.
  await amina.goto(room);
  await amina.locator('.post.first').getByRole('button', { name: /Delete/ }).click();
  await until('the picture to be gone', async () => (await get(jonas, address)).status === 404);
  for (const page of [author, amina, lena]) assert.deepStrictEqual(page.problems, []);
  assert.deepStrictEqual(jonas.problems.filter((p) => !/422/.test(p)), []);
});
