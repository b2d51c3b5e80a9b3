// What makes people ask: texts in two languages seen before anybody else does, a due time, a
// mentor, a question without a name whose answer finds the asker; the next cohort learns of it.
// On a phone, and by keyboard.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, until } = require('./helper');

async function enter(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}courses/acid-day`);
  await page.getByRole('button', { name: 'I have completed it' }).click();
  await page.getByRole('link', { name: 'Go to the discussion' }).click();
  await page.getByRole('heading', { name: 'At the fume hood', level: 1 }).waitFor();
}

async function shot(page, name) {
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  assert.ok(fits, `${name} is wider than a phone`);
  if (process.env.AW_SHOTS) await page.screenshot({ path: `${process.env.AW_SHOTS}/${name}.png`, fullPage: true });
}

async function keys(page, locator, ...pressed) { // on to it with Tab, as without a mouse
  for (let i = 0; i < 120; i++) {
    if (await locator.evaluate((e) => e === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  assert.ok(await locator.evaluate((e) => e === document.activeElement), 'Tab does not lead there');
  for (const key of pressed) await page.keyboard.press(key);
}

main('safe', async ({ world, browser }) => {
  const w = await world({ worker: 'thread' });
  const b = await browser();
  const phone = { viewport: { width: 390, height: 844 } };
  const author = await newPage(b, phone), amina = await newPage(b, phone), jonas = await newPage(b), mei = await newPage(b, phone);
  await signIn(author, w, 'Nadia Petrov');
  await author.getByRole('link', { name: 'Author', exact: true }).click();
  await author.getByLabel('Title').fill('Acid day');
  await author.getByRole('button', { name: 'Add', exact: true }).click();
  await author.getByRole('link', { name: 'Attach a discussion' }).click();
  await author.getByLabel('Title of the discussion').fill('At the fume hood');
  await author.getByLabel('Opening post', { exact: true }).fill('You finished **{course }**. What surprised you?');
  await author.getByText('In another language as well').click();
  await author.getByLabel('Language', { exact: true }).fill('de');
  await author.getByLabel('Title in this language').fill('Am Abzug');
  await author.getByLabel('Opening post in this language').fill('Du hast **{course}** abgeschlossen. Was hat dich überrascht?');
  await author.getByText('Rooms, people, rules').click();
  await author.getByLabel('Questions may be asked without a name').check();
  await author.getByLabel('Show accepted answers to later rooms').check();
  await author.getByLabel('Regulated: experts').check();
  await author.getByLabel('Experts', { exact: true }).fill('ruth');
  await author.getByLabel('Mentors', { exact: true }).fill('sam');
  await author.getByRole('button', { name: 'Save' }).click();

  // What learners would run into is not saved; each language is seen as its readers will.
  await author.getByText('{course } stays as it is; write {course}', { exact: false }).waitFor();
  await author.getByLabel('Opening post', { exact: true }).fill('You finished **{course}**. What surprised you?');
  await author.getByRole('button', { name: 'Preview' }).click();
  const german = author.locator('.opening[lang=de]');
  assert.match(await german.innerText(), /Am Abzug[^]*Du hast Acid day abgeschlossen/);
  assert.match(await author.locator('.opening[lang=en]').innerText(), /At the fume hood[^]*You finished Acid day/);
  assert.strictEqual(await author.getByLabel('Opening post in this language').inputValue(), 'Du hast **{course}** abgeschlossen. Was hat dich überrascht?');
  await shot(author, 'preview');
  await author.getByRole('button', { name: 'Save' }).click();
  await author.getByRole('link', { name: 'At the fume hood' }).waitFor();

  await enter(amina, w, 'Amina Okafor');
  await enter(jonas, w, 'Jonas Weber');
  const room = amina.url();

  // By keyboard alone: a question without a name.
  await amina.reload();
  await keys(amina, amina.getByLabel('In one line'));
  await amina.keyboard.type('Is it bad that I never switch it on?');
  await keys(amina, amina.getByLabel('What others need to know'));
  await amina.keyboard.type('It is so loud.');
  await keys(amina, amina.locator('#anon-new'), 'Space');
  await keys(amina, amina.getByRole('button', { name: 'Post it' }), 'Enter');
  const topic = amina.locator('article.topic', { hasText: 'never switch it on' });
  await topic.waitFor();
  const called = (await topic.innerText()).match(/Anonymous [0-9A-F]{4}/);
  assert.ok(called, await topic.innerText());
  assert.match(await topic.innerText(), /Answer due by/);
  await shot(amina, 'question');

  // The colleague answers; whoever asked hears of it, and nobody else.
  await jonas.reload();
  const seen = jonas.locator('article.topic', { hasText: 'never switch it on' });
  assert.ok((await seen.innerText()).includes(called[0]), 'another name for the same one');
  await seen.locator('summary', { hasText: 'Reply' }).click();
  await seen.getByLabel('Your reply').fill('You must, the acid does not smell in time.');
  await seen.getByRole('button', { name: 'Post reply' }).click();
  await jonas.locator('.prose', { hasText: 'does not smell' }).first().waitFor();
  await until('whoever asked to hear of the answer', async () => {
    await amina.goto(`${w.url}discussions`);
    return (await amina.locator('.notes').count()) && /replied to what you asked/.test(await amina.locator('.notes').first().innerText());
  });
  assert.match(await amina.locator('.own').innerText(), /never switch it on[^]*without your name[^]*1 reply/);
  await shot(amina, 'own');
  await jonas.goto(`${w.url}discussions`);
  assert.ok(!(await jonas.content()).includes('never switch it on'), 'it is listed as the other one\'s own');
  await amina.locator('.own').getByRole('link', { name: 'Is it bad that I never switch it on?' }).click();
  await amina.locator('article.topic', { hasText: 'does not smell' }).getByRole('button', { name: /This answers it/ }).click();
  await amina.locator('.mark.answer').waitFor();
  assert.ok(!/Answer due by/.test(await topic.innerText()), 'due although it is answered');

  // A newcomer's first post is shown to the mentor, who is let in to welcome them.
  const sam = await newPage(b);
  await signIn(sam, w, 'Samuel Osei');
  await until('the mentor to be told', async () => {
    await sam.goto(`${w.url}discussions`);
    return (await sam.locator('.notes').count()) && /first time/.test(await sam.locator('.notes').first().innerText());
  });
  await sam.locator('.notes a').first().click();
  assert.strictEqual(new URL(sam.url()).pathname, new URL(room).pathname);

  // The next cohort finds the question and its answer, and not who asked.
  await enter(mei, w, 'Mei Lin');
  const opening = await mei.locator('.opening').innerText();
  assert.match(opening, /Asked and answered in earlier rooms[^]*never switch it on[^]*does not smell in time/);
  assert.ok(!/Amina|Jonas|Anonymous/.test(opening));
  await shot(mei, 'earlier');

  const statements = await w.statements();
  const asked = statements.find((s) => s.verb.id.endsWith('/posted'));
  const done = statements.filter((s) => s.verb.id.endsWith('/completed')).map((s) => s.actor.account.name);
  assert.ok(asked && !done.includes(asked.actor.account.name));
  for (const page of [amina, jonas, mei, sam]) assert.deepStrictEqual(page.problems, []);
});
