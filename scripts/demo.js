// The demo itself: starts a scratch LRS, the worker and the reference host, plays two
// learners over HTTP as their browsers would, and checks that everything happened.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const root = process.argv[2];
const once = process.argv.includes('--once');
const outAt = process.argv.indexOf('--out');
const out = outAt > 0 ? process.argv[outAt + 1] : null;
const bin = (name) => path.join(process.env.AW_BUILD || path.join(root, 'build/release'), 'bin', name);
const courses = path.join(process.env.AW_BUILD || path.join(root, 'build/release'), 'courses');

const children = [];
let folder = null;

const say = (text = '') => console.log(text);
const step = (text) => console.log(`\n==> ${text}`);
const note = (text) => console.log(`    ${text}`);
const pause = (ms) => new Promise((r) => setTimeout(r, ms));

class Failure extends Error {}

function check(truth, what) {
  if (!truth) throw new Failure(what);
}

async function until(what, test, ms = 30000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await test();
    if (value) return value;
    check(Date.now() < end, `waited ${ms / 1000} s in vain for: ${what}`);
    await pause(50);
  }
}

// ---- what runs -------------------------------------------------------------------

function start(name, command, args, ready) {
  // Groups of their own, so that Ctrl-C reaches us alone and they end in order.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const part = { name, child, log: '', ended: false };
  children.push(part);
  return new Promise((resolve, reject) => {
    let said = '';
    child.on('error', (e) => reject(new Failure(`${name} could not be started: ${e.message}`)));
    child.on('exit', (code, signal) => {
      part.ended = true;
      reject(new Failure(`${name} ended with ${code === null ? signal : code}:\n${part.log.slice(-3000)}`));
    });
    child.stderr.on('data', (d) => {
      part.log = (part.log + d).slice(-20000);
      if (ready instanceof RegExp && ready.test(part.log)) resolve(part);
    });
    child.stdout.on('data', (d) => {
      said += d;
      if (ready === 'json' && said.includes('\n')) resolve(Object.assign(part, { ready: JSON.parse(said.split('\n')[0]) }));
    });
  });
}

async function end() {
  for (const part of children.reverse()) {
    if (part.ended) continue;
    part.child.removeAllListeners('exit');
    const gone = new Promise((r) => part.child.once('exit', r));
    part.child.kill('SIGTERM');
    const timer = setTimeout(() => part.child.kill('SIGKILL'), 15000);
    await gone;
    clearTimeout(timer);
  }
  if (folder) fs.rmSync(folder, { recursive: true, force: true });
}

const secret = require('crypto').randomBytes(18).toString('base64url');

function configure(endpoint) {
  const file = path.join(folder, 'afterword.json');
  fs.writeFileSync(path.join(folder, 'lrs-password'), `${secret}\n`, { mode: 0o600 });
  fs.writeFileSync(file, JSON.stringify({
    site: { name: 'Harbour Learning', home_page: 'https://learn.example.org', base_iri: 'https://learn.example.org/xapi', language: 'en' },
    state_dir: path.join(folder, 'state'),
    lrs: [{ name: 'main', endpoint, version: '1.0.3',
      auth: { type: 'basic', user: 'afterword', password_file: path.join(folder, 'lrs-password') } }],
    forums: [{ name: 'local', type: 'local', url: '/discussions/{discussion}' }],
    attachments: { send: 'files' },
  }, null, 2));
  return file;
}

// ---- a browser without a window ----------------------------------------------------

const decode = (text) => text.replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
const words = (html) => decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).trim();

class Visitor {
  constructor(url, name) { this.url = url.replace(/\/$/, ''); this.name = name; this.cookies = {}; }

  async request(address, options = {}) {
    const answer = await fetch(this.url + address, {
      ...options, redirect: 'manual',
      headers: { ...(options.headers || {}), Cookie: Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ') },
    });
    // Debian 12's node has no getSetCookie(); the reference host's cookies have no comma in them.
    for (const line of (answer.headers.get('set-cookie') || '').split(/, (?=[^=;,]+=)/).filter(Boolean)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.cookies[name] = value;
    }
    return answer;
  }

  async get(address) {
    const answer = await this.request(address);
    check(answer.status === 200, `${this.name} got status ${answer.status} for ${address}`);
    return answer.text();
  }

  // Sends the form with that action as the page has it, filled in.
  async submit(page, action, fields) {
    const start = page.indexOf(`action="${action}"`);
    check(start >= 0, `the page has no form for ${action}`);
    const form = page.slice(start, page.indexOf('</form>', start));
    const values = new URLSearchParams();
    for (const m of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) values.set(m[1], decode(m[2]));
    for (const [k, v] of Object.entries(fields)) values.set(k, v);
    const answer = await this.request(action, { method: 'POST', body: values });
    check(answer.status === 303, `${this.name} got status ${answer.status} for the form ${action}: ${words(await answer.text()).slice(0, 300)}`);
    return this.get(answer.headers.get('location').split('#')[0]);
  }

  async signIn(person) {
    const answer = await this.request('/sign-in', { method: 'POST', body: new URLSearchParams({ person }) });
    check(answer.status === 303, `signing in as ${person} got status ${answer.status}`);
  }
}

// What scorm-again posts: the whole run-time data each time, wrapped.
function commitBody(player, state) {
  return {
    successStatus: state.status === 'passed' ? 'passed' : state.status === 'failed' ? 'failed' : 'unknown',
    completionStatus: state.status === 'incomplete' ? 'incomplete' : 'completed',
    runtimeData: { cmi: {
      suspend_data: state.data, launch_data: '', comments: '', comments_from_lms: '',
      core: {
        student_id: player.cmi.core.student_id, student_name: player.cmi.core.student_name, lesson_location: state.location,
        credit: 'credit', lesson_status: state.status, entry: player.cmi.core.entry, lesson_mode: 'normal', exit: '',
        session_time: state.time, score: state.score, total_time: state.time,
      },
      objectives: {},
      student_data: { mastery_score: player.cmi.student_data.mastery_score, max_time_allowed: '', time_limit_action: '' },
      student_preference: { audio: '', language: '', speed: '', text: '' },
      interactions: state.interactions,
    } },
    totalTimeSeconds: state.seconds, score: state.score.raw === '' ? {} : { raw: Number(state.score.raw), min: 0, max: 100 },
    courseId: player.course, scoId: player.item, learnerId: player.cmi.core.student_id, learnerName: player.cmi.core.student_name,
    sessionId: player.session, commitSequence: state.sequence, ...(state.last ? { terminated: true } : {}),
  };
}

function question(n, text, pattern, latency) {
  return { id: `q${n}`, time: '09:0' + n + ':00', type: 'choice', weighting: '1', student_response: pattern, result: 'correct',
    latency, objectives: {}, correct_responses: { 0: { pattern } } };
}

async function playLifting(visitor) {
  const page = await visitor.get('/courses/lifting-12/play');
  const attribute = (name) => decode((new RegExp(`data-${name}="([^"]*)"`).exec(page) || [, ''])[1]);
  const player = { cmi: JSON.parse(attribute('cmi')), course: attribute('course'), item: attribute('item'),
    session: attribute('session'), commit: attribute('commit') };
  check(player.commit, 'the player page has no address for commits');
  const empty = { raw: '', min: '', max: '100' }, full = { raw: '100', min: '0', max: '100' };
  const commits = [
    { location: 'p1', status: 'incomplete', data: '{"seen":["p1"]}', time: '0000:00:04.00', seconds: 4, score: empty, interactions: {} },
    { location: 'p4', status: 'incomplete', data: '{"seen":["p1","p4"]}', time: '0000:03:10.00', seconds: 190, score: empty,
      interactions: { 0: question(1, 'feet', 'b', '0000:00:11.00') } },
    { location: 'p6', status: 'passed', data: '{"seen":["p1","p4","p6"]}', time: '0000:06:42.00', seconds: 402, score: full, last: true,
      interactions: { 0: question(1, 'feet', 'b', '0000:00:11.00'), 1: question(2, 'load', 'a', '0000:00:09.50') } },
  ];
  for (const [i, state] of commits.entries()) {
    const answer = await visitor.request(player.commit + (state.last ? '?terminate=true' : ''), {
      method: 'POST', body: JSON.stringify(commitBody(player, { ...state, sequence: i + 1 })),
      // The last one leaves by sendBeacon, which sends text/plain.
      headers: { 'Content-Type': state.last ? 'text/plain;charset=utf-8' : 'application/json;charset=UTF-8' },
    });
    const said = await answer.json();
    check(answer.status === 200 && said.result === 'true', `commit ${i + 1} was refused: ${JSON.stringify(said)}`);
  }
  return until(`${visitor.name}'s discussion to open`, async () => {
    const answer = await visitor.request('/courses/lifting-12/outcome');
    const html = await answer.text();
    return answer.headers.get('x-final') === '1' && html.includes('A discussion has opened') && html;
  });
}

// ---- what is to be seen -------------------------------------------------------------

async function lrsStatements(endpoint) {
  const headers = { 'X-Experience-API-Version': '1.0.3', Authorization: 'Basic ' + Buffer.from(`afterword:${secret}`).toString('base64') };
  const all = [];
  for (let url = `${endpoint}/statements?limit=100&ascending=true`; url;) {
    const answer = await fetch(url, { headers });
    check(answer.status === 200, `the LRS answered with status ${answer.status}`);
    const page = await answer.json();
    all.push(...page.statements);
    url = page.more ? new URL(page.more, endpoint).href : null;
  }
  return all;
}

const verbOf = (s) => (s.verb.display && (s.verb.display.en || s.verb.display['en-US'])) || s.verb.id.split('/').pop();
const objectOf = (s) => {
  const name = s.object.definition && s.object.definition.name;
  return name ? Object.values(name)[0] : s.object.id.split('/').slice(-1)[0].slice(0, 8);
};

// Each of these has to be in the LRS, so many times.
const expected = [
  ['completed', /^http:\/\/adlnet.gov\/expapi\/verbs\/completed$/, /\/activities\/course\//, 2],
  ['passed', /^http:\/\/adlnet.gov\/expapi\/verbs\/passed$/, /\/activities\/course\//, 2],
  ['discussion created', /activitystrea.ms\/create$/, /\/activities\/discussion\//, 1],
  ['discussion unlocked', /seriousgames\/verbs\/unlocked$/, /\/activities\/discussion\//, 2],
  ['invited', /activitystrea.ms\/receive$/, /./, 2],
  ['viewed', /tincanapi.com\/verb\/viewed$/, /./, 1],
  ['question posted', /acrossx\/verbs\/posted$/, /\/activities\/topic\//, 1],
  ['replied', /tincanapi.com\/verb\/replied$/, /\/activities\/post\//, 1],
  ['answer accepted', /activitystrea.ms\/accept$/, /\/activities\/post\//, 1],
];

async function show() {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'afterword-demo-'));
  step('Starting a scratch LRS, the worker and the reference host');
  const lrs = await start('the scratch LRS', bin('fixture_lrs'), ['--user', 'afterword', '--password', secret], 'json');
  const endpoint = lrs.ready.endpoint;
  note(`LRS     ${endpoint} (pid ${lrs.child.pid})`);
  const config = configure(endpoint);
  const packages = fs.readdirSync(courses).filter((f) => f.endsWith('.zip')).sort().flatMap((f) => ['--course', path.join(courses, f)]);
  const lms = await start('the reference host', bin('fixture_lms'), ['--config', config, '--data', path.join(folder, 'lms'), ...packages], 'json');
  note(`LMS     ${lms.ready.url} (pid ${lms.child.pid}), ${packages.length / 2} courses`);
  const worker = await start('the worker', bin('afterword'), ['worker', '--config', config], /worker running/);
  note(`worker  afterword worker --config ${config} (pid ${worker.child.pid})`);
  const url = lms.ready.url.replace(/\/$/, '');

  step('Amina Okafor takes "Lifting without hurting your back" (SCORM 1.2, 80 needed to pass)');
  const amina = new Visitor(url, 'Amina');
  await amina.signIn('amina');
  const outcome = await playLifting(amina);
  note('3 commits as scorm-again posts them, the last one by beacon');
  note(words(/class="headline">([\s\S]*?)<\/p>/.exec(outcome)[1]));
  note(`because: ${words(/<summary>How this was decided<\/summary><p[^>]*>([\s\S]*?)<\/p>/.exec(outcome)[1])}`);

  step('Its discussion has opened');
  const address = /href="(\/discussions\/[^"]+)"/.exec(outcome)[1];
  let page = await amina.get(address);
  note(`"${words(/<h1>([\s\S]*?)<\/h1>/.exec(page)[1])}"`);
  note(`${url}${address}`);

  step('Amina asks, Jonas completes the course as well and answers');
  const asked = 'How do you lift the 25 kg sacks from the bottom shelf?';
  page = await amina.submit(page, `${address}/topics`, { type: 'question', title: asked,
    text: 'In store B they lie at **floor level**, and the trolley does not fit under.' });
  check(page.includes(asked), 'the question is not to be seen in the discussion');
  note(`question: "${asked}"`);
  const jonas = new Visitor(url, 'Jonas');
  await jonas.signIn('jonas');
  await playLifting(jonas);
  page = await jonas.get(address);
  const answered = 'We put a pallet below them: 15 cm more, and the trolley fits.';
  page = await jonas.submit(page, `${address}/reply`, { text: answered });
  check(page.includes(answered), 'the reply is not to be seen in the discussion');
  note(`Jonas Weber: "${answered}"`);
  page = await amina.get(address);
  page = await amina.submit(page, `${address}/accept`, {});
  check(page.includes('Accepted answer'), 'the answer is not marked as accepted');
  note('Amina marks it as the answer');

  step('What the LRS holds');
  const status = async () => JSON.parse(await alex.get('/admin/view/status'));
  const alex = new Visitor(url, 'Alex');
  await alex.signIn('alex');
  const statements = await until('all statements in the LRS', async () => {
    const all = await lrsStatements(endpoint);
    return expected.every(([, verb, object, n]) => all.filter((s) => verb.test(s.verb.id) && object.test(s.object.id || '')).length >= n) && all;
  });
  for (const s of statements) note(`${s.id}  ${verbOf(s).padEnd(12)} ${objectOf(s)}`);
  for (const [what, verb, object, n] of expected) {
    const found = statements.filter((s) => verb.test(s.verb.id) && object.test(s.object.id || '')).length;
    check(what === 'viewed' ? found >= n : found === n, `${found} statements "${what}" instead of ${n}`);
  }
  check(new Set(statements.map((s) => s.id)).size === statements.length, 'a statement is there twice');
  const discussions = JSON.parse(await alex.get('/admin/view/discussions'));
  check(discussions.length === 1 && discussions[0].members === 2, 'there is not exactly one discussion with two members');
  const now = await status();
  check((now.dead_letters || 0) === 0, 'there are dead letters');
  note(`${statements.length} statements, 1 discussion, 2 members, no dead letters`);

  if (out) {
    fs.mkdirSync(out, { recursive: true });
    const whole = [];
    for (const d of discussions) whole.push(JSON.parse(await alex.get(`/admin/view/discussion?discussion=${encodeURIComponent(d.id)}`)));
    fs.writeFileSync(path.join(out, 'statements.jsonl'), statements.map((s) => JSON.stringify(s) + '\n').join(''));
    fs.writeFileSync(path.join(out, 'discussions.json'), JSON.stringify(whole, null, 2) + '\n');
    fs.writeFileSync(path.join(out, 'status.json'), JSON.stringify(now, null, 2) + '\n');
    step(`Left in ${out}: statements.jsonl, discussions.json, status.json`);
  }
  return url;
}

async function main() {
  let stopped = null;
  const asked = new Promise((resolve) => { stopped = resolve; });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped(signal));
  let code = 0;
  try {
    const url = await Promise.race([show(), asked.then(() => null)]);
    if (!url) {
      code = 130;
    } else if (!once) {
      step(`Everything happened. Look around: ${url}/`);
      note('Choose a name on the first page; "Alex Morgan" sees all of it. Ctrl-C ends it.');
      await Promise.race([asked, ...children.map((c) => new Promise((_, no) => c.child.once('exit', () => no(new Failure(`${c.name} has ended`)))))]);
      say();
      note('ending');
    } else {
      step('Everything happened.');
    }
  } catch (e) {
    code = 1;
    console.error(`\ndemo: ${e instanceof Failure ? e.message : e.stack}`);
    for (const part of children) if (part.log.trim()) console.error(`--- what ${part.name} said ---\n${part.log.slice(-2000).trim()}`);
  }
  await end();
  process.exit(code);
}

main();
