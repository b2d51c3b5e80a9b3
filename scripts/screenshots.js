// Makes docs/screenshots: `AW_BUILD=build/release node scripts/screenshots.js`.
'use strict';
const fs = require('fs');
const path = require('path');
process.env.AW_SOURCE = process.env.AW_SOURCE || path.resolve(__dirname, '..');
process.env.AW_BUILD = path.resolve(process.env.AW_BUILD || path.join(process.env.AW_SOURCE, 'build/release'));
const { main, newPage, signIn, play, until } = require('../tests/browser/helper');
const out = path.join(process.env.AW_SOURCE, 'docs/screenshots');

async function pass(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}courses/lifting-12/play`);
  await play(page);
  await page.locator('.door').waitFor();
}

async function post(page, kind, title, text) {
  await page.getByLabel(kind).check();
  await page.getByLabel('In one line').fill(title);
  await page.getByLabel('What others need to know').fill(text);
  await page.getByRole('button', { name: 'Post it' }).click();
  await page.getByRole('heading', { name: title, level: 3 }).waitFor();
}

async function reply(page, title, text, official) {
  const topic = page.locator('article.topic', { hasText: title });
  await topic.locator('.reply summary').click();
  await topic.locator('.reply textarea').fill(text);
  if (official) await topic.getByLabel('This is the official answer').check();
  await topic.getByRole('button', { name: 'Post reply' }).click();
  await page.locator('.prose', { hasText: text.slice(0, 30) }).first().waitFor();
}

main('screenshots', async ({ world, browser }) => {
  const w = await world({ courses: ['lifting-12', 'phishing-12', 'chemicals-2004', 'feedback-2004'] });
  const b = await browser();
  const amina = await newPage(b, { viewport: { width: 1080, height: 760 } });
  fs.mkdirSync(out, { recursive: true });
  const shot = (page, name) => page.screenshot({ path: path.join(out, `${name}.png`) });

  await pass(amina, w, 'Amina Okafor');
  await amina.evaluate(() => window.scrollTo(0, 0));
  await shot(amina, 'outcome');
  await amina.getByRole('link', { name: 'Go to the discussion' }).click();
  const room = amina.url();
  const sacks = 'How do you lift the 25 kg sacks from the bottom shelf?';
  await post(amina, 'A question', sacks, 'In store B they lie at **floor level**, and the trolley does not fit under.');

  const jonas = await newPage(b);
  await pass(jonas, w, 'Jonas Weber');
  await jonas.goto(room);
  await reply(jonas, sacks, 'We put a pallet below them: 15 cm more, and the trolley fits.');
  await post(jonas, 'An idea', 'Mirrors and a lamp at the ramp', 'Two mirrors and a lamp, 120 euros: nobody has to twist round any more.');
  const priya = await newPage(b);
  await pass(priya, w, 'Priya Raman');
  await priya.goto(room);
  await priya.locator('article.topic', { hasText: 'Mirrors' }).getByRole('button', { name: /Helpful/ }).first().click();
  const ruth = await newPage(b);
  await signIn(ruth, w, 'Ruth Adler');
  await ruth.goto(room);
  await reply(ruth, sacks, 'From Monday the sacks lie at knee height in all three stores.', true);
  const sam = await newPage(b);
  await pass(sam, w, 'Samuel Osei');
  await amina.goto(room);
  await amina.locator('li.post', { hasText: 'pallet' }).getByRole('button', { name: /This answers it/ }).click();
  await amina.goto(`${room}?shot`);
  await amina.setViewportSize({ width: 1080, height: 1000 });
  await amina.locator('article.topic', { hasText: sacks }).evaluate((e) => e.scrollIntoView({ block: 'center' }));
  await shot(amina, 'discussion');

  const phone = await newPage(b, { viewport: { width: 390, height: 780 } });
  await signIn(phone, w, 'Amina Okafor');
  await phone.goto(room);
  await shot(phone, 'phone');

  const alex = await newPage(b, { viewport: { width: 1080, height: 900 } });
  await signIn(alex, w, 'Alex Morgan');
  await until('delivery', async () => JSON.parse(w.afterword('status', '--json')).lrs[0].pending === 0);
  await alex.goto(`${w.url}insights`);
  await shot(alex, 'insights');
});
