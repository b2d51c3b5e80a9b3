// Across time zones and cohorts, as the people see it: a question asked in Leeds in the afternoon is
// offered to Singapore in the morning and to nobody whose night it is; a mentor is shown who is
// new; the next cohort reads what the first one asked and had answered.
'use strict';
const assert = require('assert');
const path = require('path');
const { main, newPage, signIn, until } = require('./helper');

const QUESTION = 'Which valve do I close first?';
const phone = { viewport: { width: 360, height: 740 } };

// So many hours into a Monday that is over, by the clock of Leeds: whatever day the test runs on.
function monday(hours) {
  const day = new Date(Date.now() - 3 * 86400000);
  day.setUTCDate(day.getUTCDate() - (day.getUTCDay() + 6) % 7);
  day.setUTCHours(0, 0, 0, 0);
  return new Date(day.getTime() + hours * 3600000);
}

async function enter(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}courses/pump-maintenance`);
  await page.getByRole('button', { name: 'I have completed it' }).click();
  await page.getByRole('link', { name: 'Go to the discussion' }).click();
  await page.getByRole('heading', { name: 'After the pump course', level: 1 }).waitFor();
  return new URL(page.url()).pathname.slice(1);
}

async function notes(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}discussions`);
  return (await page.locator('.notes').count()) ? page.locator('.notes').innerText() : '';
}

async function fits(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${what} is ${wide} pixels too wide`);
  if (process.env.AW_SHOTS) await page.screenshot({ path: path.join(process.env.AW_SHOTS, `${what}.png`), fullPage: true });
}

main('handover', async ({ world, browser }) => {
  const w = await world({ worker: 'thread', clock: monday(16) });
  const b = await browser();
  const author = await newPage(b), amina = await newPage(b), jonas = await newPage(b), priya = await newPage(b),
    sam = await newPage(b, phone), mei = await newPage(b, phone);

  await signIn(author, w, 'Nadia Petrov');
  await author.goto(`${w.url}author`);
  await author.getByLabel('Title').fill('Pump maintenance');
  await author.getByRole('button', { name: 'Add', exact: true }).click();
  await author.getByRole('link', { name: 'Attach a discussion' }).click();
  await author.getByLabel('Title of the discussion').fill('After the pump course');
  await author.getByLabel('Opening post', { exact: true }).fill('What will you do differently?');
  await author.getByText('Rooms, people, rules').click();
  await author.getByLabel('Show accepted answers to later rooms').check();
  await author.getByLabel('offered to other time zones').fill('4');
  await author.getByLabel('Mentors', { exact: true }).fill('sam');
  await author.getByRole('button', { name: 'Save' }).click();
  await author.getByRole('link', { name: 'After the pump course' }).waitFor();

  const room = await enter(amina, w, 'Amina Okafor');
  for (const [page, name] of [[jonas, 'Jonas Weber'], [priya, 'Priya Raman']])
    assert.strictEqual(await enter(page, w, name), room);
  await amina.getByLabel('A question').check();
  await amina.getByLabel('In one line').fill(QUESTION);
  await amina.getByLabel('What others need to know').fill('The one above the pump, or the one below it?');
  await amina.getByRole('button', { name: 'Post it' }).click();
  await amina.getByRole('heading', { name: QUESTION, level: 3 }).waitFor();

  // Her first post here: the mentor is shown it, and lands at it.
  await until('the mentor to be told', async () => /first time/.test(await notes(sam, w, 'Samuel Osei')));
  await fits(sam, 'mentor-phone');
  await sam.locator('.notes').getByRole('link', { name: QUESTION }).click();
  await sam.locator('article.topic:target', { hasText: QUESTION }).waitFor();
  assert.strictEqual(await notes(priya, w, 'Priya Raman'), '', 'offered before it waited');

  // Ten past eight in Singapore, ten past one in Bremen.
  await w.restartHost(monday(24 + 1 / 6));
  await until('the question to be offered', async () => /Good morning.*no answer yet/.test(await notes(priya, w, 'Priya Raman')));
  await fits(priya, 'offer-desktop');
  assert.strictEqual(await notes(jonas, w, 'Jonas Weber'), '', 'offered to somebody who sleeps');
  assert.ok(!/Good morning/.test(await notes(amina, w, 'Amina Okafor')), 'offered to the one who asked');
  await priya.setViewportSize(phone.viewport);
  await priya.reload();
  await fits(priya, 'offer-phone');
  await priya.locator('.notes').getByRole('link', { name: QUESTION }).click();
  const asked = priya.locator('article.topic:target', { hasText: QUESTION });
  await asked.getByText('Reply', { exact: false }).first().click();
  await asked.getByLabel('Your reply').fill('The one on the **pressure** side, below.');
  await asked.getByRole('button', { name: 'Post reply' }).click();
  await priya.locator('li.post', { hasText: 'pressure side' }).waitFor();

  await amina.goto(`${w.url}${room}`);
  assert.match(await amina.locator('article.topic', { hasText: QUESTION }).innerText(), /[78] hours ago/);
  await amina.locator('li.post', { hasText: 'pressure side' }).getByRole('button', { name: 'This answers it' }).click();
  await amina.locator('.post.accepted').waitFor();

  // The autumn cohort has a room of its own, and begins with what is known.
  assert.notStrictEqual(await enter(mei, w, 'Mei Lin'), room);
  const opening = mei.locator('.opening');
  assert.match(await opening.innerText(), /Asked and answered in earlier rooms\s+Which valve do I close first\?\s+The one on the pressure side, below\./);
  assert.strictEqual(await opening.locator('blockquote strong').innerText(), 'pressure');
  await fits(mei, 'earlier-phone');
  await mei.setViewportSize({ width: 1280, height: 900 });
  await fits(mei, 'earlier-desktop');

  for (const page of [author, amina, jonas, priya, sam, mei]) assert.deepStrictEqual(page.problems, []);
});
