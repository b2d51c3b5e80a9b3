// Statement bytes are fixed before they are first sent: the configuration is changed and the
// worker restarted between a send and its answer, and every send is the same bytes.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');
const { workplace, completions, startLrs } = require('./lrs_help.js');

test('a changed configuration changes no statement that was written', async () => {
  const lrs = await startLrs();
  const work = workplace([{ name: 'main', endpoint: lrs.endpoint }]);
  // It stores what comes and then drops the connection: the outcome is not known.
  await lrs.control({ drop_after_store: true, times: 1 });
  assert.strictEqual((await work.notify(completions(20))).code, 0);
  assert.strictEqual((await work.work()).code, 0);

  const config = JSON.parse(fs.readFileSync(work.config, 'utf8'));
  config.site.name = 'Renamed';
  config.site.language = 'de';
  config.site.base_iri = 'https://elsewhere.example.org/xapi';
  config.privacy = { names: true, post_text: true };
  config.lrs[0].batch = { statements: 7 };
  fs.writeFileSync(work.config, JSON.stringify(config));
  for (let i = 0; i < 20; i++) {
    assert.strictEqual((await work.work()).code, 0);
    if ((await lrs.stored()).length === 20 && (await lrs.receptions()).every((r) => r.count > 1)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const receptions = await lrs.receptions();
  assert.strictEqual(receptions.length, 20);
  assert.deepStrictEqual(receptions.filter((r) => r.forms !== 1), [], 'sent with different bytes');
  assert.ok(receptions.some((r) => r.count > 1), 'nothing was sent again: the test shows nothing');
  const stored = await lrs.stored();
  assert.strictEqual(stored.length, 20);
  assert.ok(stored.every((s) => s.context.platform === 'Example'));
  // What happens from now on is written with the new configuration.
  assert.strictEqual((await work.notify(completions(1, 100))).code, 0);
  assert.strictEqual((await work.work()).code, 0);
  assert.ok((await lrs.stored()).some((s) => s.context.platform === 'Renamed'));
  await lrs.stop();
});
