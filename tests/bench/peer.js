// peer.js - what a peer does with the events of bench.h: peer.js xapi|tincan PORT EVENTS BATCH.
// The same statement for each event, as the peer's own documentation has it built and sent.
'use strict';
const crypto = require('crypto');

const [, , peer, port, events, batch] = process.argv;
const base = 'https://learn.example.org/xapi';
const endpoint = `http://127.0.0.1:${port}/xAPI/`;
const title = 'T'.repeat(299);

// One event as a host has it.
const event = (n) => ({
  learner: `learner-${String(n).padStart(10, '0')}`, course: 'safety-101', title, time: 1772438400000 + n,
  success: true, score: { scaled: 0.785, raw: 78.5, min: 0, max: 100 }, duration: 'PT1H2M3S',
  cohort: 'emea-2026q1-operations-and-maintenance', region: 'emea', country: 'Kingdom of the Netherlands',
});

const tag = (kind, value) => ({
  objectType: 'Activity', id: `${base}/activities/${kind}/${encodeURIComponent(value)}`,
  definition: { type: 'http://id.tincanapi.com/activitytype/tag', name: { en: value } },
});

function statement(e) {
  return {
    id: crypto.randomUUID(),
    actor: { objectType: 'Agent', account: { homePage: 'https://learn.example.org', name: e.learner } },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
    object: {
      objectType: 'Activity', id: `${base}/activities/course/${e.course}`,
      definition: { type: 'http://adlnet.gov/expapi/activities/course', name: { en: e.title } },
    },
    result: { completion: true, success: e.success, score: e.score, duration: e.duration },
    context: {
      registration: crypto.randomUUID(), platform: 'Bench', language: 'en',
      contextActivities: {
        grouping: [{ objectType: 'Activity', id: `${base}/activities/course/${e.course}`,
          definition: { type: 'http://adlnet.gov/expapi/activities/course', name: { en: e.title } } }],
        category: [{ objectType: 'Activity', id: 'https://w3id.org/xapi/afterword',
          definition: { type: 'http://adlnet.gov/expapi/activities/profile' } }],
        other: [tag('cohort', e.cohort), tag('region', e.region), tag('country', e.country)],
      },
    },
    timestamp: new Date(e.time).toISOString(),
  };
}

async function withXapi() {
  const XAPI = require('@xapi/xapi').default || require('@xapi/xapi');
  const client = new XAPI({ endpoint, auth: 'Basic dTpw', version: '1.0.3' });
  return async (list) => { await client.sendStatements({ statements: list }); };
}

async function withTincan() {
  const TinCan = require('tincanjs');
  const lrs = new TinCan.LRS({ endpoint, username: 'u', password: 'p', allowFail: false });
  return (list) => new Promise((resolve, reject) => {
    const made = list.map((each) => new TinCan.Statement(each));
    lrs.saveStatements(made, { callback: (error) => (error ? reject(new Error(String(error))) : resolve()) });
  });
}

(async () => {
  const send = await { xapi: withXapi, tincan: withTincan }[peer]();
  const start = process.hrtime.bigint();
  for (let n = 0; n < Number(events);) {
    const list = [];
    for (; list.length < Number(batch) && n < Number(events); n++) list.push(statement(event(n)));
    await send(list);
  }
  console.log(JSON.stringify({ kind: peer, start_ns: Number(start) }));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
