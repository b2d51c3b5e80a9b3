// lib.js - what the bars share: running programs, temporary directories, medians.
'use strict';
const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const source = process.env.AW_SOURCE || path.join(__dirname, '..', '..');
const build = process.env.AW_BUILD || path.join(source, 'build', 'release');
const shared = process.env.AW_SHARED || path.join(source, '..', 'shared');
const tool = (name) => path.join(build, 'tests', name);

const quick = process.argv.includes('--quick');

// On the disk, never in memory: syncs are what is measured.
function scratch(body) {
  const dir = fs.mkdtempSync(path.join(process.env.TMPDIR || '/tmp', 'aw-bench-'));
  try {
    return body(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

async function scratchAsync(body) {
  const dir = fs.mkdtempSync(path.join(process.env.TMPDIR || '/tmp', 'aw-bench-'));
  try {
    return await body(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

// Runs a program to its end; its standard output as an array of parsed JSON lines.
function run(program, args, env = {}) {
  const done = spawnSync(program, args.map(String), {
    env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 64 << 20,
  });
  if (done.error) throw done.error;
  if (done.status !== 0) {
    throw new Error(`${path.basename(program)} ${args.join(' ')}: exit ${done.status ?? done.signal}: ` +
      `${done.stderr.trim().slice(-400)}`);
  }
  return done.stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const round = (x, digits = 3) => Number(Number(x).toPrecision(digits + 1));

// One figure of a bar. pairs: [ours, baseline] of each round; the ratio is the median of the
// rounds' ratios, so that a disturbed round cannot pair with an undisturbed one.
function figure(bar, what, pairs, goal) {
  const ratios = pairs.map(([ours, baseline]) => ours / baseline);
  const ratio = median(ratios);
  const [sign, limit] = goal.split(' ');
  return {
    bar, what,
    ours: round(median(pairs.map((p) => p[0]))),
    baseline: round(median(pairs.map((p) => p[1]))),
    ratio: round(ratio),
    goal,
    holds: sign === '<=' ? ratio <= Number(limit) : ratio >= Number(limit),
    spread: [round(Math.min(...ratios)), round(Math.max(...ratios))],
    rounds: pairs.length,
  };
}

// Starts a server that prints one JSON line {"port": n} when it listens.
function serve(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args.map(String), {
      env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${path.basename(program)} ended with ${code}`)));
    child.stdout.on('data', (data) => {
      text += data;
      const end = text.indexOf('\n');
      if (end < 0) return;
      const ended = new Promise((done) => child.on('exit', done));
      resolve({
        ...JSON.parse(text.slice(0, end)),
        pid: child.pid,
        stop: () => { child.kill('SIGTERM'); return ended; },
      });
    });
  });
}

module.exports = { source, build, shared, tool, quick, scratch, scratchAsync, run, median, round, figure, serve, os };
