// SCORM 2004: leaving in the middle and coming back, then several SCOs with a table of
// contents in both versions, up to the course's own decision.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, play, until } = require('./helper');

async function playItem(page, name) {
  await page.getByRole('navigation', { name: 'Contents of the course' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await play(page);
  await page.locator('.outcome').waitFor();
}

main('resume', async ({ world, browser }) => {
  const w = await world({ courses: ['feedback-2004', 'chemicals-2004', 'phishing-12'] });
  const b = await browser();
  const page = await newPage(b);
  await signIn(page, w, 'Priya Raman');

  // Two pages, then away: the content suspends while its page is being closed.
  await page.getByRole('link', { name: 'Feedback that helps' }).click();
  await page.getByRole('link', { name: 'Start the course' }).click();
  await play(page, { pages: 2 });
  const frame = page.frameLocator('#content');
  const place = await frame.locator('#where').innerText();
  assert.match(place, /^Page 3 of/);
  await page.goto(w.url);
  await w.statement('suspended');
  await until('the course to be under way', async () => {
    await page.goto(w.url);
    return (await page.locator('.card', { hasText: 'Feedback that helps' }).innerText()).includes('Under way');
  });
  await page.goto(`${w.url}courses/feedback-2004`);
  await page.getByRole('link', { name: 'Open the course again' }).click();
  await frame.locator('body[data-ready=true]').waitFor();
  assert.strictEqual(await frame.locator('#where').innerText(), place, 'the course does not go on where it was left');
  const cmi = JSON.parse(await page.locator('#player').getAttribute('data-cmi'));
  assert.strictEqual(cmi.entry, 'resume');
  assert.ok(cmi.suspend_data.includes('seen'), 'suspend_data came back');
  assert.strictEqual(cmi.learner_name, 'Priya Raman');
  await w.statement('resumed');
  await play(page);
  await page.locator('.door').waitFor();

  // SCORM 2004 with several items: each tells its own result, the course its rollup.
  await page.goto(`${w.url}courses/chemicals-2004`);
  assert.deepStrictEqual(await page.locator('.contents a').allInnerTexts(),
    ['Reading the label', 'Storing and mixing', 'The test', 'Further reading']);
  await page.getByRole('link', { name: 'Start the course' }).click();
  await play(page);
  await page.locator('.outcome.started').waitFor();
  assert.strictEqual(await page.locator('.door').count(), 0, 'one item of three opened the discussion');
  await playItem(page, 'Storing and mixing');
  assert.strictEqual(await page.locator('.door').count(), 0);
  await playItem(page, 'The test');
  await page.locator('.outcome.passed .door').waitFor();
  await page.goto(`${w.url}courses/chemicals-2004`);
  assert.match(await page.locator('.contents li', { hasText: 'The test' }).innerText(), /Passed/);

  // SCORM 1.2 with chapters.
  await page.goto(`${w.url}courses/phishing-12`);
  assert.ok(await page.locator('.contents .heading', { hasText: 'Learn' }).count(), 'a chapter is a heading');
  await page.getByRole('link', { name: 'Start the course' }).click();
  await page.getByRole('heading', { name: 'Five signs', level: 1 }).waitFor();
  await play(page);
  await page.locator('.outcome').waitFor();
  await playItem(page, 'What to do with it');
  await playItem(page, 'The inbox test');
  await page.locator('.door').waitFor();

  // Once per registration each, and three discussions for one learner.
  await w.statement('unlocked', (s) => JSON.stringify(s).includes('phishing'));
  const all = await w.statements();
  for (const id of ['feedback-2004', 'chemicals-2004', 'phishing-12'])
    assert.strictEqual(all.filter((s) => s.verb.id.endsWith('/completed') && s.object.id.endsWith(`/course/${id}`)).length, 1, id);
  assert.strictEqual(all.filter((s) => s.verb.id.endsWith('/unlocked')).length, 3);
  assert.deepStrictEqual(page.problems, []);
});
