// What the tests of forums share: a fake forum over HTTP that misbehaves, a worker on it, and
// the whole way: completion, room, topic, member, invitation, talk, statements.
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const help = require('./lrs_help.js');

const hookSecret = 'hook-secret';

async function startForum(kind, ...args) {
  const child = spawn(path.join(help.build, 'bin/fixture_forums'), [kind, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  help.children.add(child);
  const base = `http://${(await help.firstLine(child)).replace('listening on ', '')}`;
  return {
    base,
    state: async () => (await fetch(`${base}/fake/state`)).json(),
    faults: (perMille, budget) => fetch(`${base}/fake/faults?per_mille=${perMille}&budget=${budget}`),
    // As somebody in the forum: a uid of NodeBB, a username of Discourse.
    async as(who, method, target, body) {
      const headers = kind === 'nodebb' ? { authorization: 'Bearer nodebb-token' }
        : { 'api-key': 'discourse-key', 'api-username': who };
      const mark = target.includes('?') ? '&' : '?';
      const url = kind === 'nodebb' ? `${base}${target}${mark}_uid=${who}` : `${base}${target}`;
      const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null };
    },
  };
}

// A state directory whose configuration has the forum, a listener and the LRS.
async function forumWorkplace(forum, config, lrs) {
  const port = await help.freePort();
  process.env.FORUM_KEY = config.key;
  process.env.FORUM_HOOK = hookSecret;
  process.env.FORUM_CONNECT = 'connect-secret';
  const place = help.workplace([{ name: 'main', endpoint: lrs.endpoint || `http://127.0.0.1:${lrs.port}/xAPI`,
    version: '1.0.3' }], {
    forums: [{ name: 'community', url: forum.base, settle_ms: 1000, poll_seconds: 1,
      webhook_secret_env: 'FORUM_HOOK', ...config.forum }],
    listener: { port, public_url: `http://127.0.0.1:${port}` },
  });
  place.listener = `http://127.0.0.1:${port}`;
  const link = { id: 'fire', course: 'fire-101', title: 'After the fire drill', provider: 'community',
    prompt: 'Take a picture of yourself doing it. How can we change this process?', room: { by: ['cohort'], cap: 50 },
    share_with_later_rooms: true };
  const added = await place.afterword(['link', 'add', '--json', help.write('link.json', JSON.stringify(link)), '--anyway']);
  assert.strictEqual(added.code, 0, added.err);
  return place;
}

function startWorker(place) {
  const worker = place.start('worker');
  worker.log = '';
  worker.stderr.on('data', (part) => { worker.log += part; });
  worker.gone = new Promise((resolve) => worker.on('close', resolve));
  return worker;
}

async function kill(worker, signal) {
  worker.kill(signal);
  return worker.gone;
}

async function eventually(what, ms, check) {
  const until = Date.now() + ms;
  for (;;) {
    let wrong;
    try {
      const got = await check();
      if (got) return got;
      wrong = 'not yet';
    } catch (e) { wrong = e; }
    if (Date.now() > until) throw new Error(`${what}: ${wrong && wrong.stack ? wrong.stack : wrong}`);
    await help.sleep(100);
  }
}

const verbOf = (s) => s.verb.id.split('/').pop();
const count = (statements, verb) => statements.filter((s) => verbOf(s) === verb).length;

const complete = (learner) => ({ kind: 'course_completed', learner, course: 'fire-101',
  course_title: 'Fire safety', time: '2026-03-02T08:00:00Z' });

// Statement ids are unique in an LRS: twice the same id with other bytes would be a conflict.
function assertOnce(statements) {
  const ids = statements.map((s) => s.id);
  assert.strictEqual(new Set(ids).size, ids.length, 'a statement is there twice');
}

const sign = (algorithm, body, secret = hookSecret) =>
  `${algorithm}=${crypto.createHmac(algorithm, secret).update(body).digest('hex')}`;

async function discussLink(place, text) {
  const link = text.match(/http:\/\/127\.0\.0\.1:\d+\/discuss\/[A-Za-z0-9_-]+/);
  assert.ok(link, `no link in: ${text}`);
  assert.ok(link[0].startsWith(place.listener));
  assert.ok(!link[0].includes('u-1'));
  const answer = await fetch(link[0], { redirect: 'manual' });
  return { link: link[0], status: answer.status, location: answer.headers.get('location') };
}

module.exports = { ...help, startForum, forumWorkplace, startWorker, kill, eventually, verbOf, count,
  complete, assertOnce, sign, discussLink, hookSecret };
