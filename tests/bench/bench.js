// bench.js - runs the bars that are asked for and prints their figures. Started by scripts/bench.
'use strict';
const { round } = require('./lib');

const bars = {
  1: require('./bar1-hook'),
  2: require('./bar2-paced'),
  3: require('./bar3-saturated'),
  4: require('./bar4-statement'),
  5: require('./bar5-delivery'),
  6: require('./bar6-peers'),
  7: require('./bar7-backlog'),
  8: require('./bar8-scorm'),
};

const asJson = process.argv.includes('--json');
const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));

if (process.argv.includes('--list')) {
  for (const [bar, { about }] of Object.entries(bars)) console.log(`${bar}  ${about}`);
  process.exit(0);
}

const unknown = names.filter((name) => !bars[name.split('-')[0]]);
if (unknown.length) {
  console.error(`bench: no bar is called ${unknown.join(', ')}; there are ${Object.keys(bars).join(', ')}`);
  process.exit(2);
}

const wanted = (bar) => names.length === 0 || names.some((name) => name.split('-')[0] === bar);
const shown = (figure) => names.length === 0 ||
  names.some((name) => name === figure.bar || name === figure.bar.split('-')[0]);

function print(figure) {
  if (asJson) {
    console.log(JSON.stringify(figure));
    return;
  }
  const spread = figure.spread ? `  [${figure.spread[0]} .. ${figure.spread[1]}]` : '';
  console.log(`${figure.holds ? 'holds ' : 'MISSED'}  ${figure.bar.padEnd(10)} ${String(round(figure.ratio)).padStart(8)} ` +
    `(${figure.goal})${spread}  ${figure.what}: ${figure.ours} against ${figure.baseline}`);
}

(async () => {
  let missed = 0;
  for (const [bar, { run, about }] of Object.entries(bars)) {
    if (!wanted(bar)) continue;
    const started = Date.now();
    if (!asJson) console.log(`\n${bar}. ${about}`);
    try {
      for (const figure of await run()) {
        if (!shown(figure)) continue;
        if (!figure.holds) missed++;
        print(figure);
      }
    } catch (error) {
      missed++;
      console.error(`bench: bar ${bar} could not run: ${error.message}`);
    }
    if (!asJson) console.log(`    ${round((Date.now() - started) / 1000)} s`);
  }
  process.exit(missed ? 1 : 0);
})();
