// The main way, by clicking: a learner passes the SCORM 1.2 course, its discussion
// opens, a question is asked and answered by another, and the LRS knows it all.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, play, until } = require('./helper');

const LIFTING = 'Lifting without hurting your back';

main('journey', async ({ world, browser }) => {
  const w = await world({ courses: ['lifting-12', 'phishing-12'] });
  const b = await browser();
  const amina = await newPage(b), jonas = await newPage(b);

  // Failing first: no discussion, and the page says that another try is possible.
  await signIn(amina, w, 'Amina Okafor');
  await amina.getByRole('link', { name: LIFTING }).click();
  await amina.getByRole('link', { name: 'Start the course' }).click();
  await play(amina, { right: false });
  await amina.locator('.outcome.failed').waitFor();
  assert.match(await amina.locator('.headline').innerText(), /^Not passed yet: \d+ of 100, 80 needed\.$/);
  assert.strictEqual(await amina.locator('.door').count(), 0, 'a failed course opened a discussion');

  // Then passing.
  await amina.goto(`${w.url}courses/lifting-12`);
  await amina.getByRole('link', { name: 'Open the course again' }).click();
  await play(amina);
  await amina.locator('.door').waitFor();
  assert.strictEqual(await amina.locator('.headline').innerText(), 'Passed: 100 of 100, 80 needed.');
  await amina.getByText('How this was decided').click();
  assert.match(await amina.locator('.outcome').innerText(), /passed because raw 100 >= mastery 80/);
  await amina.getByRole('link', { name: 'Go to the discussion' }).click();
  await amina.getByRole('heading', { name: 'Lifting at your own workplace', level: 1 }).waitFor();
  assert.match(await amina.locator('.opening').innerText(), /Take a picture of yourself doing it/);

  // A question, with Markdown that must not become script.
  await amina.getByLabel('A question').check();
  await amina.getByLabel('In one line').fill('How do you lift <b>25 kg</b> & more?');
  await amina.getByLabel('What others need to know').fill('At **floor level**. <script>document.title="owned"</script> [x](javascript:alert(1))');
  await amina.getByRole('button', { name: 'Post it' }).click();
  const topic = amina.locator('article.topic');
  await topic.waitFor();
  assert.strictEqual(await topic.locator('h3').innerText(), 'How do you lift <b>25 kg</b> & more?');
  assert.strictEqual(await topic.locator('.prose strong').innerText(), 'floor level');
  assert.strictEqual(await topic.locator('.prose script').count(), 0);
  assert.strictEqual(await topic.locator('a[href^="javascript"]').count(), 0);
  assert.notStrictEqual(await amina.title(), 'owned');
  assert.match(await topic.innerText(), /Waiting for an answer/);

  // Jonas is not a member before he completes the course.
  await signIn(jonas, w, 'Jonas Weber');
  const refused = await jonas.goto(amina.url());
  assert.strictEqual(refused.status(), 403, 'a non-member reads the discussion');
  jonas.problems.length = 0;
  await jonas.goto(`${w.url}courses/lifting-12/play`);
  await play(jonas);
  await jonas.locator('.door').waitFor();
  await jonas.getByRole('link', { name: 'Go to the discussion' }).click();
  await jonas.locator('article.topic').getByText('Reply', { exact: false }).first().click();
  await jonas.getByLabel('Your reply').fill('On a pallet: 15 cm more, and the trolley fits.');
  await jonas.getByRole('button', { name: 'Post reply' }).click();
  await jonas.getByRole('button', { name: /Helpful/ }).last().click();

  // The asker accepts; the expert view of it is the badge.
  await amina.reload();
  await amina.getByRole('button', { name: /This answers it/ }).click();
  await amina.locator('.post.accepted').waitFor();
  assert.match(await amina.locator('article.topic .badges').innerText(), /Answered/);
  await amina.getByRole('button', { name: /Follow/ }).first().click();
  await amina.getByText('You follow this topic.').waitFor();

  // What the LRS holds: one of each, on the right things, and nobody's name or words.
  await w.statement('accept');
  await w.statement('follow');
  const all = await w.statements();
  const course = 'https://learn.example.org/xapi/activities/course/lifting-12';
  const count = (verb, test = () => true) => all.filter((s) => s.verb.id.endsWith(`/${verb}`) && test(s)).length;
  const onCourse = (s) => s.object.id === course;
  assert.strictEqual(count('completed', onCourse), 2, 'one completed for each of the two');
  assert.strictEqual(count('passed', onCourse), 2);
  assert.strictEqual(count('create'), 1, 'one discussion');
  assert.strictEqual(count('unlocked'), 2);
  assert.strictEqual(count('receive'), 2, 'each was invited once');
  assert.strictEqual(count('posted'), 1);
  assert.strictEqual(count('replied'), 1);
  assert.strictEqual(count('voted-up'), 1);
  assert.strictEqual(count('accept'), 1);
  const unlocked = all.find((s) => s.verb.id.endsWith('/unlocked'));
  const completed = all.find((s) => s.id === unlocked.context.statement.id);
  assert.ok(completed && completed.verb.id.endsWith('/completed'), 'unlocked refers to the completed statement');
  assert.strictEqual(completed.context.registration, unlocked.context.registration);
  const text = JSON.stringify(all);
  for (const secret of ['Amina', 'Okafor', 'Jonas', 'floor level', 'pallet', '"amina"', '"jonas"'])
    assert.ok(!text.includes(secret), `the statements contain "${secret}"`);

  // Reading again the same day is no second view.
  const views = count('viewed');
  await amina.reload();
  await until('the worker to look', async () => JSON.parse(w.afterword('status', '--json')).journal_pending === 0);
  await new Promise((r) => setTimeout(r, 300));
  assert.strictEqual((await w.statements()).filter((s) => s.verb.id.endsWith('/viewed')).length, views);

  // The analyst's page counts them.
  await signIn(jonas, w, 'Chen Wei');
  await jonas.getByRole('link', { name: 'Insights' }).click();
  assert.match(await jonas.locator('svg title').textContent(), /Completed 2, Opened 2, Visited 2, Wrote 2, Helped 1/);
  await jonas.getByRole('link', { name: 'See the statements' }).click();
  assert.ok(await jonas.locator('table.statements tbody tr').count() >= 20);

  // Each refused form above is expected; nothing else may have gone wrong.
  assert.deepStrictEqual(amina.problems, []);
  assert.deepStrictEqual(jonas.problems, []);
});
