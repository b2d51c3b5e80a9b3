// Bar 4: writing a statement against building the same as a jansson tree, in instructions.
//
// Instructions are counted by callgrind, which does not depend on who else uses the machine:
// the difference of two runs of different length is what so many statements cost. Validation
// has no bar; its figure shows that a statement is parsed once and that the walk adds little.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { tool, quick, scratch, run, figure } = require('./lib');

function total(dir, what, n) {
  const out = path.join(dir, `callgrind.${what}.${n}`);
  const done = spawnSync('valgrind', ['--tool=callgrind', `--callgrind-out-file=${out}`, tool('statement_cost'), what, n],
    { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`valgrind: ${(done.error || done.stderr).toString().slice(-300)}`);
  return Number(/^totals: (\d+)/m.exec(fs.readFileSync(out, 'utf8'))[1]);
}

const instructions = (dir, what, n) => (total(dir, what, 2 * n) - total(dir, what, n)) / n;

exports.about = 'A statement of 2 KB written, against a jansson tree of the same';
exports.run = async () => {
  const n = quick ? 200 : 1000;
  const [writer, tree, validate, parse] = scratch((dir) =>
    ['writer', 'jansson', 'validate', 'parse'].map((what) => instructions(dir, what, n)));
  const times = (what) => run(tool('statement_cost'), [what, quick ? 2000 : 20000])[0].ns_each;
  return [
    figure('4-count', 'instructions a statement, and the limit', [[writer, 25000]], '<= 1'),
    figure('4-tree', 'instructions, writer against tree', [[writer, tree]], '<= 0.1'),
    figure('4-time', 'ns, writer against tree', [1, 2, 3].map(() => [times('writer'), times('jansson')]), '<= 0.1'),
    figure('4-valid', 'instructions, validating against parsing alone', [[validate, parse]], '<= 2'),
  ];
};
