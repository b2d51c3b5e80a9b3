// Counts test results. `report.js FOLDER` reads the JUnit files that ctest and
// scripts/test leave, lists what failed and what was skipped with its reason,
// and ends with the line "N passed, N failed, N skipped". A cmocka program
// counts as the tests it contains. `report.js --wrap NAME RC LOG` writes such a
// file for one program that ctest did not run.
'use strict';
const fs = require('fs');
const path = require('path');

const escape = (text) => text.replace(/[^\t\n\x20-\x7e]/g, '?')
  .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const unescape = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"')
  .replace(/&apos;/g, "'").replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replace(/&amp;/g, '&');

function wrap(name, rc, logFile) {
  const log = fs.readFileSync(logFile, 'utf8').slice(-400000);
  const status = rc === '0' ? 'run' : rc === '77' ? 'notrun' : 'fail';
  process.stdout.write(`<testsuite><testcase name="${escape(name)}" status="${status}">` +
    `<system-out>${escape(log)}</system-out></testcase></testsuite>\n`);
}

// What one program says about itself: cmocka's lines, or nothing.
function parts(name, output) {
  const found = { passed: [], failed: [], skipped: [] };
  let said = '';
  for (const line of output.split('\n')) {
    const m = /^\[ +(OK|FAILED|SKIPPED) +\] (?!\d+ test)(\S+)/.exec(line);
    if (m) {
      const to = { OK: 'passed', FAILED: 'failed', SKIPPED: 'skipped' }[m[1]];
      const label = `${name}: ${m[2]}`;
      if (!found[to].some((t) => t.label === label)) found[to].push({ label, why: said });
      said = '';
    } else if (/skip/i.test(line) && !/^\[/.test(line)) {
      said = line.trim();
    }
  }
  return found;
}

function lastLine(output, pattern) {
  const lines = output.split('\n').map((l) => l.trim()).filter(Boolean);
  return lines.filter((l) => pattern.test(l)).pop() || lines.pop() || 'no reason given';
}

function read(folder) {
  const all = { passed: [], failed: [], skipped: [] };
  for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.xml')).sort()) {
    const xml = fs.readFileSync(path.join(folder, file), 'utf8');
    for (const m of xml.matchAll(/<testcase name="([^"]*)"[^>]*status="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g)) {
      const name = unescape(m[1]);
      const out = /<system-out>([\s\S]*?)<\/system-out>/.exec(m[3]);
      const output = out ? unescape(out[1]) : '';
      const inner = parts(name, output);
      const counted = inner.passed.length + inner.failed.length + inner.skipped.length;
      for (const kind of Object.keys(all)) all[kind].push(...inner[kind]);
      if (m[2] === 'run') {
        if (counted === 0) all.passed.push({ label: name });
      } else if (m[2] === 'notrun' || m[2] === 'disabled') {
        // ctest says "notrun" both of exit code 77 and of a program that is not there.
        if (counted > 0) continue;
        if (!/SKIP_RETURN_CODE|Disabled/.test(m[3]) && /Unable to find|Failed to start|not found/i.test(m[3]))
          all.failed.push({ label: name, why: 'the program was not built', output });
        else all.skipped.push({ label: name, why: lastLine(output, /skip/i).replace(/^skipped: */i, '') });
      } else if (inner.failed.length === 0) {
        all.failed.push({ label: name, why: lastLine(output, /error|fail|assert|expected/i), output });
      } else {
        inner.failed[0].output = output;
      }
    }
  }
  return all;
}

function main() {
  if (process.argv[2] === '--wrap') return wrap(...process.argv.slice(3, 6));
  const all = read(process.argv[2]);
  for (const t of all.failed) {
    if (t.output) console.log(`\n--- ${t.label} ---\n${t.output.slice(-6000).trimEnd()}`);
  }
  if (all.skipped.length) console.log('\nSkipped:');
  for (const t of all.skipped) console.log(`  ${t.label}: ${t.why || 'no reason given'}`);
  if (all.failed.length) console.log('\nFailed:');
  for (const t of all.failed) console.log(`  ${t.label}${t.why ? ': ' + t.why : ''}`);
  const n = (list) => list.length;
  if (n(all.passed) + n(all.failed) + n(all.skipped) === 0) console.log('\nNo test was found.');
  console.log(`${n(all.passed)} passed, ${n(all.failed)} failed, ${n(all.skipped)} skipped`);
  process.exitCode = n(all.failed) === 0 && n(all.passed) > 0 ? 0 : 1;
}

main();
