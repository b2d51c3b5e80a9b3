// docs/statements.md and the profile tell the truth: examples are parts of golden statements,
// every verb of the profile's templates is on the page, and each template is followed by one.
'use strict';
const fs = require('fs');
const path = require('path');

const source = process.env.AW_SOURCE || path.join(__dirname, '..', '..');
const page = fs.readFileSync(path.join(source, 'docs', 'statements.md'), 'utf8');
const profile = JSON.parse(fs.readFileSync(path.join(source, 'docs', 'profile', 'afterword.jsonld'), 'utf8'));
let faults = 0;

function fault(text) {
  faults++;
  console.error(text);
}

// Is every member of part in whole, with its value? Arrays are compared whole.
function isPart(part, whole) {
  if (Array.isArray(part) || typeof part !== 'object' || part === null) {
    return JSON.stringify(part) === JSON.stringify(whole);
  }
  return whole !== null && typeof whole === 'object' &&
    Object.keys(part).every((key) => key in whole && isPart(part[key], whole[key]));
}

let examples = 0;
for (const [, name, index, text] of page.matchAll(/<!-- golden (\S+) (\d+) -->\n```json\n([^]*?)\n```/g)) {
  examples++;
  const file = path.join(source, 'tests', 'golden', 'statements', name, 'expected.json');
  const whole = JSON.parse(fs.readFileSync(file, 'utf8'))[Number(index)];
  if (!isPart(JSON.parse(text), whole)) fault(`docs/statements.md: the example is no part of ${name}[${index}]`);
}
if (examples < 20 || examples !== page.split('```json').length - 1) fault(`only ${examples} examples name their golden test`);

// Every template is followed by some golden statement: none is there for nothing.
const golden = path.join(source, 'tests', 'golden', 'statements');
const told = fs.readdirSync(golden).flatMap((name) =>
  JSON.parse(fs.readFileSync(path.join(golden, name, 'expected.json'), 'utf8')));
for (const template of profile.templates) {
  if (!told.some((s) => s.verb.id === template.verb && (!template.objectActivityType ||
    (s.object.definition || {}).type === template.objectActivityType))) fault(`no golden statement follows ${template.id}`);

  if (!page.includes(template.verb)) fault(`docs/statements.md does not have ${template.verb} (${template.id})`);
}
for (const concept of profile.concepts) {
  if (concept.type === 'ContextExtension' && !page.includes(concept.id)) fault(`docs/statements.md does not have ${concept.id}`);
}

console.log(`${examples} examples, ${profile.templates.length} templates, ${faults} faults`);
process.exit(faults ? 1 : 0);
