// base <- xapi <- scorm <- module, and who may include what. CMake's include
// directories make most of it a build error; this names the file and the line.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

process.chdir(process.env.AW_SOURCE || path.resolve(__dirname, '../..'));
const files = execFileSync('git', ['ls-files', '--', 'base', 'xapi', 'scorm', 'module', 'fixtures', 'tests/abi'], { encoding: 'utf8' })
  .split('\n').filter((f) => /\.[ch]$/.test(f) && fs.existsSync(f));

const layers = [ // the first that fits
  [/^module\/include\//, 'public'], [/^module\/discussion\/providers\//, 'providers'], [/^module\/discussion\//, 'discussion'],
  [/^module\/state\//, 'state'], [/^module\/log\//, 'log'], [/^module\/hosts\//, 'hosts'], [/^module\/cli\//, 'cli'],
  [/^module\//, 'module'], [/^base\//, 'base'], [/^xapi\//, 'xapi'], [/^scorm\//, 'scorm'], [/./, 'outside'],
];
const layerOf = (file) => layers.find(([pattern]) => pattern.test(file))[1];

const may = {
  public: 'public',
  base: 'base public',
  xapi: 'base xapi public',
  scorm: 'base xapi scorm public',
  log: 'base log public',
  state: 'base state public',
  discussion: 'base state discussion public',
  providers: 'base providers public',
  module: 'base xapi scorm log state discussion providers module public',
  cli: 'base xapi scorm log state discussion providers module cli public',
  hosts: 'hosts public',
  outside: 'outside public', // fixtures and tests/abi see the public headers only
};

// A third party's header has one place.
const only = [
  [/^curl\//, /^xapi\/http(_ca)?\.c$|^fixtures\//],
  [/^sqlite3\.h$/, /^module\/state\/|^fixtures\//],
  [/^zip\.h$/, /^scorm\/package|^fixtures\//],
  [/^libxml\//, /^scorm\/manifest/],
  [/^cmark\.h$/, /^module\/discussion\/([^/]*\.c|markdown\.h)$/],
];

const headers = files.filter((f) => f.endsWith('.h')); // two may have one name: any that may be seen will do
const problems = [];
for (const file of files) {
  const layer = layerOf(file);
  fs.readFileSync(file, 'utf8').split('\n').forEach((line, i) => {
    const m = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(line);
    if (!m) return;
    const [, kind, name] = m, at = `${file}:${i + 1}`;
    if (kind === '<') {
      for (const [header, place] of only)
        if (header.test(name) && !place.test(file)) problems.push(`${at}: <${name}> does not belong here`);
      return;
    }
    if (fs.existsSync(path.join(path.dirname(file), name))) return; // its own folder
    if (layer === 'hosts' && name === 'config.h') return; // phpize makes one of its own
    const found = headers.filter((h) => path.basename(h) === path.basename(name));
    if (found.length && !found.some((h) => may[layer].split(' ').includes(layerOf(h))))
      problems.push(`${at}: ${layer} must not include ${found[0]} (${layerOf(found[0])})`);
  });
}

if (problems.length) {
  console.error(problems.join('\n'));
  console.error(`${problems.length} breaches of the layering (docs/architecture.md)`);
  process.exit(1);
}
console.log(`layering holds in ${files.length} files`);
