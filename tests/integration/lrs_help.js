// What the tests of delivery share: a scratch LRS, statements, and lrs_send.
'use strict';
const { spawn, execFile } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const build = process.env.AW_BUILD || path.join(__dirname, '../../build/dev');
const source = process.env.AW_SOURCE || path.join(__dirname, '../..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'afterword-lrs-'));
const children = new Set();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(scratch, { recursive: true, force: true });
});

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

// Starts fixture_lrs; control() tells it things, receptions() asks what arrived.
async function startLrs(...args) {
  const child = spawn(path.join(build, 'bin/fixture_lrs'), ['--port', '0', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const ready = JSON.parse(await firstLine(child));
  const base = `http://127.0.0.1:${ready.port}`;
  const ask = async (what) => (await fetch(`${base}/control/${what}`)).json();
  return {
    ...ready,
    async control(order) {
      const answer = await fetch(`${base}/control`, { method: 'POST', body: JSON.stringify(order),
        headers: { 'content-type': 'application/json' } });
      if (answer.status !== 200) throw new Error(`control: ${await answer.text()}`);
    },
    async reset() { await fetch(`${base}/control`, { method: 'DELETE' }); },
    receptions: () => ask('receptions'),
    requests: () => ask('requests'),
    files: () => ask('files'),
    async counts() { return (await fetch(`${base}/control`)).json(); },
    async stored() {
      const text = await (await fetch(`${base}/control/statements.jsonl`)).text();
      return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    },
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      children.delete(child);
    },
  };
}

const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

// A real LRS, Learning Locker's, with everything in memory. It takes any credentials and has no
// documents. NULL where npm's parts are not installed.
async function startRealLrs() {
  const server = path.join(source, 'tests/node_modules/@learninglocker/xapi-statements/dist/server.js');
  if (!fs.existsSync(server)) return null;
  const port = await freePort();
  const dir = fs.mkdtempSync(path.join(scratch, 'real-'));
  const child = spawn(process.execPath, ['--unhandled-rejections=warn', server], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, EXPRESS_PORT: String(port), MODELS_REPO: 'memory', AUTH_REPO: 'test',
      EVENTS_REPO: 'test', STORAGE_REPO: 'local', FS_LOCAL_STORAGE_DIR: dir, EXPRESS_MORGAN_DIRECTORY: dir },
  });
  children.add(child);
  const endpoint = `http://127.0.0.1:${port}/xAPI`;
  const headers = { 'X-Experience-API-Version': '1.0.3', Authorization: 'Basic dTpw' };
  await until('the start of the real LRS',
    async () => fetch(`${endpoint}/about`, { headers }).then((a) => a.ok, () => false), 60000);
  return {
    endpoint, headers,
    async get(what) {
      const answer = await fetch(`${endpoint}/${what}`, { headers });
      return { status: answer.status, body: answer.ok ? await answer.json() : await answer.text() };
    },
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      children.delete(child);
    },
  };
}

const uuid = () => crypto.randomUUID();

function statement(i, more = {}) {
  return {
    id: uuid(),
    actor: { objectType: 'Agent', account: { homePage: 'https://learn.example.org', name: uuid() } },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
    object: { objectType: 'Activity', id: `https://learn.example.org/xapi/activities/course/c-${i}` },
    context: { registration: uuid() },
    timestamp: new Date(Date.UTC(2026, 2, 2) + i * 1000).toISOString(),
    ...more,
  };
}

function statements(n, change = () => ({})) {
  return Array.from({ length: n }, (_, i) => statement(i, change(i)));
}

let files = 0;
function write(name, text) {
  const file = path.join(scratch, `${files++}-${name}`);
  fs.writeFileSync(file, text);
  return file;
}

const secret = (text) => write('secret', `${text}\n`);

// Waits that tests can afford.
const quick = { backoff: { first_ms: 1, cap_ms: 5 }, probe_ms: 50, connect_timeout_ms: 2000 };

// Runs lrs_send; gives its events, and its end. `during(child)` may act meanwhile.
function send(config, list, args = [], options = {}) {
  const lines = list.map((s) => (typeof s === 'string' ? s : JSON.stringify(s))).join('\n');
  const configFile = write('config.json', JSON.stringify({ name: 'main', ...quick, ...config }));
  const child = spawn(path.join(build, 'tests/lrs_send'),
    [configFile, write('statements.jsonl', lines), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
  children.add(child);
  let out = '', problems = '';
  child.stdout.on('data', (part) => { out += part; });
  child.stderr.on('data', (part) => { problems += part; });
  const ended = new Promise((resolve) => {
    child.on('close', (code) => {
      children.delete(child);
      const events = out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
      resolve({
        code, problems, output: out + problems, events,
        dead: events.filter((e) => e.event === 'dead'),
        alerts: events.filter((e) => e.event === 'alert'),
        end: events.find((e) => e.event === 'end') || {},
      });
    });
  });
  if (options.during) options.during(child);
  return ended;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, condition, ms = 10000) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(`${what} did not happen within ${ms} ms`);
}

const run = (file, args) => new Promise((resolve, reject) => {
  execFile(file, args, (error, stdout, stderr) =>
    (error ? reject(new Error(`${file}: ${stderr || error}`)) : resolve(stdout)));
});

// A state directory and configuration of its own; afterword(args, input) runs the command there.
function workplace(lrs, more = {}) {
  const dir = fs.mkdtempSync(path.join(scratch, 'work-'));
  const state = path.join(dir, 'state');
  const config = path.join(dir, 'config.json');
  fs.writeFileSync(config, JSON.stringify({ state_dir: state, courses: { unknown: 'accept' },
    site: { name: 'Example', home_page: 'https://learn.example.org', language: 'en' },
    lrs: lrs.map((l) => ({ ...quick, ...l })), ...more }));
  const env = { ...process.env, AFTERWORD_CONFIG: config };
  const start = (...args) => {
    const child = spawn(path.join(build, 'bin/afterword'), args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    children.add(child);
    child.on('close', () => children.delete(child));
    return child;
  };
  const afterword = (args, input = '') => new Promise((resolve) => {
    const child = start(...args);
    let out = '', err = '';
    child.stdout.on('data', (part) => { out += part; });
    child.stderr.on('data', (part) => { err += part; });
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => {}); // it may end before it reads: its exit status tells
    child.stdin.end(input);
  });
  return {
    dir, state, config, afterword, start,
    notify: (events) => afterword(['notify'], events.map((e) => `${JSON.stringify(e)}\n`).join('')),
    work: () => afterword(['worker', '--until-idle']),
  };
}

const completions = (n, first = 0) => Array.from({ length: n }, (_, i) => ({
  kind: 'course_completed', learner: `u-${first + i}`, course: 'fire-101',
  time: new Date(Date.UTC(2026, 2, 2, 8) + (first + i) * 1000).toISOString() }));

module.exports = { workplace, completions, build, source, scratch, children, firstLine, startLrs, startRealLrs, freePort, statement, statements, send,
  secret, write, sleep, until, uuid, quick, run };
