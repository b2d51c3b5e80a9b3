// The rest of a discussion: author, anonymous question, experts and corrections, ideas on
// their way to the business, leaving and coming back, rooms by cohort.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, until } = require('./helper');

async function complete(page, w, course) {
  await page.goto(`${w.url}courses/${course}`);
  await page.getByRole('button', { name: 'I have completed it' }).click();
  await page.locator('.door').waitFor();
}

async function post(page, kind, title, text, anonymous) {
  await page.getByLabel(kind).check();
  await page.getByLabel('In one line').fill(title);
  await page.getByLabel('What others need to know').fill(text);
  if (anonymous) await page.locator('#anon-new').check();
  await page.getByRole('button', { name: 'Post it' }).click();
  await page.getByRole('heading', { name: title, level: 3 }).waitFor();
}

main('community', async ({ world, browser }) => {
  const w = await world({});
  const b = await browser();
  const author = await newPage(b), amina = await newPage(b), jonas = await newPage(b), ruth = await newPage(b);

  // The author adds a course that takes place elsewhere and attaches a discussion.
  await signIn(author, w, 'Nadia Petrov');
  await author.getByRole('link', { name: 'Author', exact: true }).click();
  await author.getByLabel('Title').fill('Forklift licence');
  await author.getByRole('button', { name: 'Add', exact: true }).click();
  await author.getByRole('link', { name: 'Attach a discussion' }).click();
  await author.getByLabel('Title of the discussion').fill('After the forklift day');
  await author.getByLabel('Opening post', { exact: true }).fill('You finished **{course}**. What was new to you?\n\n<script>alert(1)</script>');
  await author.getByLabel('Call to action', { exact: true }).fill('Post one narrow corner of our hall.');
  await author.getByText('Rooms, people, rules').click();
  await author.getByLabel('Questions may be asked without a name').check();
  await author.getByLabel('Experts', { exact: true }).fill('ruth');
  await author.getByRole('button', { name: 'Preview' }).click();
  const preview = author.locator('section', { hasText: 'As learners will see it' });
  assert.match(await preview.innerText(), /You finished Forklift licence/);
  assert.strictEqual(await preview.locator('script').count(), 0);
  await author.getByRole('button', { name: 'Save' }).click();
  await author.getByRole('link', { name: 'After the forklift day' }).waitFor();

  // Two of the spring cohort, one of the autumn cohort: two rooms.
  const tomas = await newPage(b), lena = await newPage(b);
  for (const [page, name] of [[amina, 'Amina Okafor'], [jonas, 'Jonas Weber'], [tomas, 'Tomás Ferreira'], [lena, 'Lena Kowalska']]) {
    await signIn(page, w, name);
    await complete(page, w, 'forklift-licence');
    await page.getByRole('link', { name: 'Go to the discussion' }).click();
    await page.getByRole('heading', { name: 'After the forklift day', level: 1 }).waitFor();
  }
  assert.strictEqual(amina.url(), jonas.url());
  assert.notStrictEqual(amina.url(), lena.url(), 'cohorts share a room');
  const room = amina.url();

  // An anonymous question: nobody sees who, the asker sees that it is hers.
  await amina.reload();
  assert.match(await amina.locator('.ask').innerText(), /3 members.*may guess/s);
  await post(amina, 'A question', 'Is it bad if I still cannot reverse?', 'I am afraid of the ramp.', true);
  const mine = amina.locator('article.topic', { hasText: 'still cannot reverse' });
  assert.match(await mine.innerText(), /Anonymous [0-9A-F]{4}\s+\(you\)/);
  await jonas.reload();
  const seen = jonas.locator('article.topic', { hasText: 'still cannot reverse' });
  assert.ok(!(await jonas.content()).includes('Amina'), 'the page of another names the asker');
  assert.match(await seen.innerText(), /Anonymous/);
  await w.statement('posted');
  const all = await w.statements();
  const posted = all.find((s) => s.verb.id.endsWith('/posted'));
  const hers = all.find((s) => s.verb.id.endsWith('/completed')).actor.account.name;
  assert.ok(!all.filter((s) => s.verb.id.endsWith('/completed')).some((s) => s.actor.account.name === posted.actor.account.name),
    'the actor of the anonymous question is one who completed the course');
  assert.ok(hers);

  // Jonas answers wrongly, the expert sets the record straight.
  await seen.getByText('Reply', { exact: false }).first().click();
  await seen.getByLabel('Your reply').fill('Just go fast.');
  await seen.getByRole('button', { name: 'Post reply' }).click();
  await jonas.locator('.prose', { hasText: 'Just go fast.' }).first().waitFor();
  await amina.reload();
  await amina.locator('.prose', { hasText: 'Just go fast.' }).first().waitFor();
  await signIn(ruth, w, 'Ruth Adler');
  await ruth.goto(room);
  const topic = ruth.locator('article.topic', { hasText: 'still cannot reverse' });
  await topic.locator('summary').click();
  await topic.getByLabel('Your reply').fill('No. Walking pace, and a second person at the ramp.');
  await topic.getByLabel('This is the official answer').check();
  await topic.getByLabel('It corrects').selectOption({ label: 'the reply by Jonas Weber' });
  await topic.getByRole('button', { name: 'Post reply' }).click();
  await ruth.locator('.post.is-official').waitFor();
  await w.statement('corrected');
  await until('readers to be told of the correction', async () => {
    await amina.goto(`${w.url}discussions`);
    return (await amina.locator('.notes').count()) && /An expert has corrected/.test(await amina.locator('.notes').innerText());
  });

  // A learner who is no expert cannot make an official answer, whatever the form says.
  await jonas.goto(room);
  const forged = await jonas.evaluate(async () => {
    const form = document.querySelector('article.topic form[action$="/reply"]');
    const body = new URLSearchParams(new FormData(form));
    body.set('text', 'I say so.');
    body.set('official', 'yes');
    return (await fetch(form.action, { method: 'POST', body })).status;
  });
  assert.ok(forged < 500);
  await jonas.reload();
  assert.strictEqual(await jonas.locator('.post.is-official').count(), 1);
  assert.ok(!(await jonas.content()).includes('I say so.'));

  // An idea goes from raised to recognised to practice, and back into the topic.
  await post(jonas, 'An idea', 'Mirrors at the ramp', 'Two mirrors, 80 euros.');
  await amina.goto(room);
  await amina.locator('article.topic', { hasText: 'Mirrors at the ramp' }).getByRole('button', { name: /Helpful/ }).click();
  await ruth.goto(`${w.url}ideas`);
  const idea = ruth.locator('.card', { hasText: 'Mirrors at the ramp' });
  await idea.locator('summary').click();
  await idea.getByRole('button', { name: 'Not now' }).click();
  await ruth.getByRole('heading', { name: 'A reason is missing' }).waitFor();
  ruth.problems.length = 0;
  await ruth.goto(`${w.url}ideas`);
  await idea.locator('summary').click();
  await idea.getByLabel(/should know/).fill('The safety team takes it up in March.');
  await idea.getByRole('button', { name: 'Recognise' }).click();
  await ruth.locator('section', { hasText: 'Recognised' }).locator('.card', { hasText: 'Mirrors' }).waitFor();
  await jonas.goto(room);
  await until('the decision to be posted back', async () => {
    await jonas.reload();
    return /takes it up in March/.test(await jonas.locator('article.topic', { hasText: 'Mirrors at the ramp' }).innerText());
  });
  await w.statement('approve');

  // Another cohort sees nothing of this room, not even its ideas.
  await lena.goto(`${w.url}ideas`);
  assert.ok(!(await lena.content()).includes('Mirrors'));
  const response = await lena.goto(room);
  assert.strictEqual(response.status(), 403);
  lena.problems.length = 0;

  // Changing one's own post, and finding the rooms one looks after.
  await jonas.goto(room);
  const own = jonas.locator('article.topic', { hasText: 'Mirrors at the ramp' });
  await own.getByText('Edit', { exact: false }).first().click();
  await own.getByLabel('Your text').fill('Two mirrors, 80 euros, and a *lamp*.');
  await own.getByRole('button', { name: 'Save the change' }).click();
  assert.strictEqual(await own.locator('.prose em').innerText(), 'lamp');
  assert.match(await own.innerText(), /edited/);
  await ruth.goto(`${w.url}discussions`);
  await ruth.getByRole('heading', { name: 'You look after these' }).waitFor();
  assert.strictEqual(await ruth.locator('.card', { hasText: 'After the forklift day' }).count(), 2);

  // Reporting, deleting one's own, and no one else's.
  await amina.goto(room);
  await amina.locator('.post', { hasText: 'Just go fast' }).last().getByRole('button', { name: /Report/ }).click();
  await amina.getByText('Reported.', { exact: false }).first().waitFor();
  await jonas.goto(room);
  await jonas.locator('li.post', { hasText: 'Just go fast' }).getByRole('button', { name: /Delete/ }).click();
  await jonas.getByText('This post was deleted by its author.').waitFor();

  // Leaving is respected, coming back is the learner's own step.
  await tomas.goto(room);
  await tomas.getByRole('button', { name: 'Leave this discussion' }).click();
  await tomas.getByText('You left. Nothing more is sent to you', { exact: false }).waitFor();
  assert.strictEqual(await tomas.locator('article.topic').count(), 0, 'who left still reads the room');
  await complete(tomas, w, 'forklift-licence');
  assert.match(await tomas.locator('.door').innerText(), /You left this discussion/);
  await tomas.goto(room);
  await tomas.getByRole('button', { name: 'Come back' }).click();
  await until('Tomás to be in again', async () => {
    await tomas.goto(room);
    return await tomas.locator('article.topic').count() > 0;
  });
  await w.statement('leave');

  // Nothing of all this touched a result.
  const again = await w.statements();
  const talk = again.filter((s) => /posted|replied|corrected|accept|approve|voted-up|viewed|leave|flag/.test(s.verb.id));
  assert.ok(talk.length >= 6);
  for (const s of talk) assert.ok(!s.result || (s.result.completion === undefined && s.result.success === undefined && !s.result.score), s.verb.id);
  for (const page of [author, amina, ruth, lena, tomas]) assert.deepStrictEqual(page.problems, []);
  assert.deepStrictEqual(jonas.problems.filter((p) => !/^4|console/.test(p)), []);
});
