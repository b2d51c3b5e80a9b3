// What the browser tests share: a whole Afterword on loopback (scratch LRS,
// worker, reference host) in a folder of its own, and Chromium.
'use strict';
const { spawn, execFileSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const assert = require('assert');

const SOURCE = process.env.AW_SOURCE || path.resolve(__dirname, '../..');
const BUILD = process.env.AW_BUILD || path.join(SOURCE, 'build/check');
const CHROMIUM = process.env.AW_CHROMIUM || '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

function needs(file, what) {
  if (!fs.existsSync(file)) throw new Error(`${what} is not there: ${file}`);
  return file;
}

// Starts a program that prints a line of JSON when it is ready.
function start(command, args, options) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let log = '';
  child.stderr.on('data', (d) => { log += d; });
  const ready = new Promise((resolve, reject) => {
    let out = '';
    const timer = setTimeout(() => reject(new Error(`${command} is not ready after 20 s\n${log}`)), 20000);
    child.stdout.on('data', (d) => {
      out += d;
      const line = out.split('\n')[0];
      if (!out.includes('\n')) return;
      clearTimeout(timer);
      try { resolve(JSON.parse(line)); } catch (e) { reject(new Error(`${command} said: ${line}`)); }
    });
    child.on('exit', (code) => { clearTimeout(timer); reject(new Error(`${command} ended with ${code}\n${log}`)); });
  });
  ready.catch(() => {});
  return { child, ready, log: () => log };
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

async function stop(part) {
  if (!part) return null;
  part.child.kill('SIGTERM');
  const timer = setTimeout(() => part.child.kill('SIGKILL'), 20000);
  const code = await ended(part.child);
  clearTimeout(timer);
  return code;
}

async function until(what, test, ms = 15000) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const value = await test();
      if (value) return value;
    } catch (e) { last = e; }
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}${last ? `\n${last}` : ''}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

class World {
  // options: courses: names of our packages; config: merged into the configuration; worker: 'thread';
  // clock: when it is for host and worker (a Date; needs worker: 'thread', which has the host's clock).
  static async start(options = {}) {
    const w = new World();
    w.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'aw-browser-'));
    const bin = (name) => needs(path.join(BUILD, 'bin', name), name);
    w.lrs = start(bin('fixture_lrs'), ['--user', 'worker', '--password', 'secret-for-tests']);
    w.endpoint = (await w.lrs.ready).endpoint;
    fs.writeFileSync(path.join(w.dir, 'password'), 'secret-for-tests\n', { mode: 0o600 });
    w.config = path.join(w.dir, 'afterword.json');
    fs.writeFileSync(w.config, JSON.stringify({
      site: { name: 'Harbour Learning', home_page: 'https://learn.example.org', base_iri: 'https://learn.example.org/xapi', language: 'en' },
      state_dir: path.join(w.dir, 'state'),
      lrs: [{ name: 'main', endpoint: w.endpoint, version: '1.0.3',
        auth: { type: 'basic', user: 'worker', password_file: path.join(w.dir, 'password') } }],
      forums: [{ name: 'local', type: 'local', url: '/discussions/{discussion}' }],
      attachments: { send: 'files' },
      ...options.config,
    }));
    const courses = (options.courses || []).flatMap((name) => ['--course', needs(path.join(BUILD, 'courses', `${name}.zip`), name)]);
    const thread = options.worker === 'thread'; // in the host's own process
    w.host = [bin('fixture_lms'), ['--config', w.config, '--data', path.join(w.dir, 'lms'), ...(thread ? ['--worker', 'thread'] : []), ...courses]];
    await w.startHost(options.clock);
    if (!thread) await w.work();
    return w;
  }

  async startHost(clock) {
    const [program, args] = this.host;
    const minutes = clock ? Math.round((clock.getTime() - Date.now()) / 60000) : 0;
    this.lms = start(program, [...args, '--clock-offset', String(minutes)]);
    this.url = (await this.lms.ready).url;
  }

  // Nothing happens in between: the host ends, and goes on at another time, at another port.
  async restartHost(clock) {
    assert.strictEqual(await stop(this.lms), 0, this.lms.log());
    await this.startHost(clock);
  }

  async work() {
    const child = spawn(path.join(BUILD, 'bin/afterword'), ['worker', '--config', this.config], { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stderr.on('data', (d) => { log += d; });
    child.stdout.on('data', (d) => { log += d; });
    this.worker = { child, log: () => log };
    await until('the worker to run', () => {
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}\n${log}`);
      return JSON.parse(this.afterword('status', '--json')).worker_running !== false && /running/.test(log);
    });
  }

  afterword(...args) {
    return execFileSync(path.join(BUILD, 'bin/afterword'), [...args, '--config', this.config], { encoding: 'utf8' });
  }

  // What the LRS holds, oldest first.
  async statements(query = '') {
    const headers = { 'X-Experience-API-Version': '1.0.3',
      Authorization: 'Basic ' + Buffer.from('worker:secret-for-tests').toString('base64') };
    const all = [];
    let url = `${this.endpoint}/statements?limit=100${query}`;
    while (url) {
      const answer = await fetch(url, { headers });
      assert.strictEqual(answer.status, 200, `GET ${url}`);
      const page = await answer.json();
      all.push(...page.statements);
      url = page.more ? new URL(page.more, this.endpoint).href : null;
    }
    return all.reverse();
  }

  async statement(verb, test = () => true, ms) {
    return until(`a statement ${verb}`, async () =>
      (await this.statements()).find((s) => s.verb.id.endsWith(`/${verb}`) && test(s)), ms);
  }

  // For integration/xapi-judges.test.js, as they were sent: without what the LRS adds.
  async keepStatements() {
    const folder = path.join(BUILD, 'emitted');
    fs.mkdirSync(folder, { recursive: true });
    const lines = (await this.statements()).map(({ stored, authority, version, ...sent }) => `${JSON.stringify(sent)}\n`);
    const name = `browser-${path.basename(process.argv[1], '.test.js')}-${World.count = (World.count || 0) + 1}.jsonl`;
    fs.writeFileSync(path.join(folder, name), lines.join(''));
  }

  // Tells the scratch LRS how to behave; fixtures/lrs/control.c.
  async lrsControl(what) {
    const answer = await fetch(new URL('/control', this.endpoint), { method: 'POST', body: JSON.stringify(what) });
    assert.ok(answer.status < 300, `the LRS refused ${JSON.stringify(what)}: ${answer.status} ${await answer.text()}`);
  }

  async stop() {
    await this.keepStatements().catch((error) => console.log(`statements not kept: ${error.message}`));
    const codes = { worker: await stop(this.worker), lms: await stop(this.lms), lrs: await stop(this.lrs) };
    fs.rmSync(this.dir, { recursive: true, force: true });
    return codes;
  }
}

async function browser() {
  if (!fs.existsSync(CHROMIUM)) skip(`there is no ${CHROMIUM}`);
  const { chromium } = require(path.join(SOURCE, 'tests/node_modules/playwright-core'));
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

// A page that fails the test on any script error or failed request of ours.
async function newPage(b, options = {}) {
  const context = await b.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.problems = [];
  page.on('pageerror', (e) => page.problems.push(`script error: ${e.message}`));
  page.on('console', (m) => { if (m.type() === 'error') page.problems.push(`console: ${m.text()} ${m.location().url}`); });
  page.on('response', (r) => { if (r.status() >= 400) page.problems.push(`${r.status()} ${r.url()}`); });
  return page;
}

async function signIn(page, world, name) {
  await page.goto(world.url);
  if (await page.getByRole('button', { name: 'Sign out' }).count())
    await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name }).click();
  await page.getByRole('heading', { name: 'Courses', level: 1 }).waitFor();
}

// Answers the questions of the section that is shown; right or wrong.
async function answer(frame, right) {
  await frame.locator('section.page:not([hidden])').first().evaluate((section, right) => {
    for (const q of section.querySelectorAll('.question')) {
      const type = q.dataset.type, correct = (q.dataset.correct || '').split(',');
      if (type === 'sequencing') {
        const selects = [...q.querySelectorAll('select')];
        const order = right ? correct : [...correct].reverse();
        selects.forEach((s) => { s.value = String(order.indexOf(s.name) + 1); });
      } else if (type === 'matching') {
        const pairs = Object.fromEntries(correct.map((p) => p.split('.')));
        const values = Object.values(pairs);
        [...q.querySelectorAll('select')].forEach((s, i) => { s.value = right ? pairs[s.name] : values[(i + 1) % values.length]; });
      } else if (type === 'numeric') {
        q.querySelector('input').value = right ? correct[0] : String(Number(correct[0]) + 1);
      } else if (type === 'long-fill-in') {
        q.querySelector('textarea').value = 'We lift the sacks from the low shelf: they should lie higher.';
      } else {
        const inputs = [...q.querySelectorAll('input')];
        const wanted = q.dataset.correct === undefined ? [inputs[0]]
          : right ? inputs.filter((i) => correct.includes(i.value))
            : [inputs.find((i) => !correct.includes(i.value)) || inputs[0]];
        wanted.forEach((i) => i.click());
      }
    }
  }, right);
}

// Plays what the frame shows, by clicking, up to `pages` pages or to its end.
async function play(page, { right = true, pages = Infinity } = {}) {
  const frame = page.frameLocator('#content');
  await frame.locator('body[data-ready=true]').waitFor();
  for (let n = 0; n < pages; n++) {
    const section = frame.locator('section.page:not([hidden])');
    if (await section.locator('form').count()) {
      await answer(frame, right);
      await section.locator('form button[type=submit], form button:not([type])').first().click();
    }
    if (await frame.locator('#finish').isVisible()) {
      await frame.locator('#finish').click();
      await frame.locator('#ended').waitFor();
      return true;
    }
    await frame.locator('#next').click();
  }
  return false;
}

async function main(name, run) {
  const started = Date.now();
  let b, world;
  const parts = { world: async (options) => (world = await World.start(options)), browser: async () => (b = await browser()) };
  try {
    await run(parts);
    console.log(`${name}: passed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (e) {
    console.error(e.stack || e);
    if (world) console.error(`--- worker ---\n${world.worker ? world.worker.log().slice(-4000) : ''}\n--- lms ---\n${world.lms.log().slice(-4000)}`);
    process.exitCode = 1;
  } finally {
    if (b) await b.close().catch(() => {});
    if (world) {
      const codes = await world.stop();
      for (const [part, code] of Object.entries(codes))
        if (code !== 0 && code !== null) { console.error(`${part} ended with ${code}\n${world[part].log().slice(-6000)}`); process.exitCode = 1; }
    }
  }
}

module.exports = { SOURCE, BUILD, World, browser, newPage, signIn, play, answer, until, main, skip };
