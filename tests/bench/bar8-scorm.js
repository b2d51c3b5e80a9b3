// Bar 8: captured SCORM commits, from the body to the decision and the statements, against jansson
// only parsing the same bodies.
'use strict';
const fs = require('fs');
const path = require('path');
const { tool, quick, shared, run, figure } = require('./lib');

exports.about = 'A SCORM commit to decision and statements, against jansson only parsing it';
exports.run = async () => {
  const folder = path.join(shared, 'data', 'scorm', 'commits');
  if (!fs.existsSync(folder)) throw new Error(`the captured commits are not there (${folder})`);
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
  const pairs = [];
  for (let i = 0; i < (quick ? 2 : 5); i++) {
    const [ours, jansson] = run(tool('bench_scorm'), [quick ? 200 : 2000, ...files]);
    pairs.push([ours.p50_us, jansson.p50_us]);
  }
  return [figure('8', 'us for all captured bodies, median', pairs, '<= 2')];
};
