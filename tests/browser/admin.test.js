// What an administrator sees when the LRS refuses a statement, is away, and comes back.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, until } = require('./helper');

async function complete(page, w, name) {
  await signIn(page, w, name);
  await page.goto(`${w.url}courses/first-aid`);
  await page.getByRole('button', { name: 'I have completed it' }).click();
  await page.locator('.outcome.completed').waitFor();
}

main('admin', async ({ world, browser }) => {
  const w = await world({});
  const b = await browser();
  const alex = await newPage(b), learner = await newPage(b);
  await signIn(alex, w, 'Alex Morgan');
  await alex.goto(`${w.url}author`);
  await alex.getByLabel('Title').fill('First aid');
  await alex.getByRole('button', { name: 'Add', exact: true }).click();
  await alex.getByRole('link', { name: 'First aid' }).waitFor();

  // The LRS refuses completed statements: a dead letter with its reason.
  await w.lrsControl({ match: 'verbs/completed', status: 400, body: '{"error":"this LRS has no room for joy"}', times: 1000 });
  await complete(learner, w, 'Amina Okafor');
  await until('a dead letter', async () => {
    await alex.goto(`${w.url}admin`);
    return await alex.locator('.card', { hasText: 'no room for joy' }).count() > 0;
  });
  assert.match(await alex.locator('.tile', { hasText: 'dead letters' }).innerText(), /\b1$/);
  assert.ok(!(await w.statements()).some((s) => s.verb.id.endsWith('/completed')));

  // It is mended; the letter is sent again, and only once.
  await w.lrsControl({ clear: true });
  await alex.getByRole('button', { name: 'Try again' }).click();
  await alex.getByText('It is on its way again.').waitFor();
  await w.statement('completed');
  await until('no dead letter to be left', async () => {
    await alex.goto(`${w.url}admin`);
    return /\b0$/.test(await alex.locator('.tile', { hasText: 'dead letters' }).innerText());
  });
  assert.strictEqual((await w.statements()).filter((s) => s.verb.id.endsWith('/completed')).length, 1);

  // Away: learners notice nothing, the administrator does, and nothing is lost.
  await w.lrsControl({ status: 401, times: 100000 });
  await complete(learner, w, 'Jonas Weber');
  await until('the page to say what is wrong', async () => {
    await alex.goto(`${w.url}admin`);
    return /LRS main/.test(await alex.locator('main').innerText());
  });
  assert.match(await alex.locator('.tile', { hasText: 'not yet delivered' }).innerText(), /[1-9]\d*$/);
  await w.lrsControl({ clear: true });
  assert.deepStrictEqual(alex.problems, []);
  assert.deepStrictEqual(learner.problems, []);
});
