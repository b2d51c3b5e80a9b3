// The worker is killed between each two of its steps (tests/shim/kill_at.c), then
// started again: in the end there is one discussion, one admission, and the LRS holds
// each statement once, having been sent the same bytes every time.
const { execFileSync, spawnSync } = require("node:child_process");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { build, scratch, startLrs } = require("./lrs_help.js");

const afterword = path.join(build, "bin/afterword");
const shim = path.join(build, "tests/kill_at.so");
const config = path.join(scratch, "config.json");

if (/^AW_SANITIZE:STRING=./m.test(fs.readFileSync(path.join(build, "CMakeCache.txt"), "utf8"))) {
  console.log("skipped: a sanitizer's runtime must be the first library, so nothing can be preloaded");
  process.exit(77);
}

function run(env, state, args, input) {
  return spawnSync(afterword, [...args, "--state-dir", state], {
    env: { ...process.env, AFTERWORD_CONFIG: config, ...env }, input, encoding: "utf8", timeout: 60000,
  });
}

// A state directory with a link, a learner's completion and, waiting in the journal, all that follows.
function prepare(n) {
  const state = path.join(scratch, `state-${n}`);
  const link = run({}, state, ["link", "add", "--course", `c-${n}`, "--title", "After", "--prompt", "What next?"]);
  assert.strictEqual(link.status, 0, link.stderr);
  const event = { kind: "course_completed", learner: `u-${n}`, course: `c-${n}` };
  const notified = run({}, state, ["notify"], `${JSON.stringify(event)}\n${JSON.stringify(event)}\n`);
  assert.strictEqual(notified.status, 0, notified.stderr);
  return state;
}

function discussions(state, learner) {
  return JSON.parse(execFileSync(path.join(build, "tests/query"),
    [state, "discussions", JSON.stringify({ learner })],
    { env: { ...process.env, AFTERWORD_CONFIG: config }, encoding: "utf8" }));
}

async function main() {
  const lrs = await startLrs();
  try {
    fs.writeFileSync(config, JSON.stringify({
      site: { home_page: "https://kill.example.org" },
      lrs: [{ name: "main", endpoint: lrs.endpoint }],
    }));
    // How many steps does an undisturbed worker take?
    const counter = path.join(scratch, "steps");
    const calm = prepare("calm");
    const whole = run({ LD_PRELOAD: shim, AW_KILL_COUNT: counter }, calm, ["worker", "--until-idle"]);
    assert.strictEqual(whole.status, 0, whole.stderr);
    const steps = Number(fs.readFileSync(counter, "utf8"));
    assert.ok(steps > 20, `only ${steps} steps were counted: the shim sees nothing`);

    let killed = 0;
    for (let n = 1; n <= steps; n++) {
      const state = prepare(n);
      const first = run({ LD_PRELOAD: shim, AW_KILL_AT: String(n) }, state, ["worker", "--until-idle"]);
      if (first.signal === "SIGKILL") killed++;
      const second = run({}, state, ["worker", "--until-idle"]);
      assert.strictEqual(second.status, 0, `after a kill at step ${n}: ${second.stderr}`);
      const all = discussions(state, `u-${n}`);
      assert.strictEqual(all.length, 1, `after a kill at step ${n}: ${all.length} discussions`);
      assert.strictEqual(all[0].state, "in", `after a kill at step ${n}: the learner is ${all[0].state}`);
      assert.strictEqual(all[0].members, 1);
      assert.ok(all[0].invited_ms > 0);
      fs.rmSync(state, { recursive: true });
    }
    assert.ok(killed > steps / 2, `only ${killed} of ${steps} runs were killed`);

    const receptions = await lrs.receptions();
    assert.deepStrictEqual(receptions.filter((r) => r.forms > 1), [], "statements were sent with different bytes");
    const stored = await lrs.stored();
    const perCourse = new Map();
    for (const s of stored) {
      const course = s.context.contextActivities.grouping[0].id;
      perCourse.set(course, [...(perCourse.get(course) || []), s.verb.display.en]);
    }
    assert.strictEqual(perCourse.size, steps + 1, "a course's statements are missing");
    for (const [course, verbs] of perCourse)
      assert.deepStrictEqual(verbs, ["completed", "created", "unlocked", "received"], course);
    console.log(`${killed} kills at ${steps} steps; ${stored.length} statements, each once; ` +
      `${receptions.filter((r) => r.count > 1).length} were sent again with the same bytes`);
  } finally {
    await lrs.stop();
  }
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
