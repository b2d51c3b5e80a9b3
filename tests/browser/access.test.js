// Every page at phone and desk width: nothing sticks out, every field has a name,
// headings are in order, contrast is enough, and the main way works by keyboard alone.
'use strict';
const assert = require('assert');
const { main, newPage, signIn, answer } = require('./helper');

// What a page can be asked about itself; runs in the page.
function inspect() {
  const problems = [];
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 1) {
    const who = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.scroll, pre, svg'));
    problems.push(`scrolls sideways by ${wide} px: ${who.slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(' | ')}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (![...(field.labels || [])].some((l) => l.textContent.trim())) problems.push(`no label: ${field.outerHTML.slice(0, 100)}`);
  }
  const ids = new Set();
  for (const e of document.querySelectorAll('[id]')) {
    if (ids.has(e.id)) problems.push(`the id ${e.id} is there twice`);
    ids.add(e.id);
  }
  for (const e of document.querySelectorAll('[aria-labelledby], [aria-describedby], label[for]')) {
    for (const id of (e.getAttribute('aria-labelledby') || e.getAttribute('aria-describedby') || e.getAttribute('for')).split(' '))
      if (!document.getElementById(id)) problems.push(`refers to #${id}, which is not there: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll('button, a')) {
    if (!visible(e)) continue;
    if (!(e.textContent.trim() || e.getAttribute('aria-label'))) problems.push(`has no name: ${e.outerHTML.slice(0, 100)}`);
    const box = e.getBoundingClientRect();
    if (e.tagName === 'BUTTON' && (box.height < 24 || box.width < 24)) problems.push(`too small to hit: ${e.outerHTML.slice(0, 80)}`);
  }
  const names = [...document.querySelectorAll('form button')].filter(visible).map((b) => b.textContent.trim());
  if (document.querySelectorAll('h1').length !== 1) problems.push(`${document.querySelectorAll('h1').length} h1`);
  let level = 0;
  for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
    if (h.closest('.prose')) continue;
    const here = Number(h.tagName[1]);
    if (here > level + 1) problems.push(`heading jumps from ${level} to ${here}: ${h.textContent}`);
    level = here;
  }
  for (const role of ['main', 'header', 'footer'])
    if (!document.querySelector(role)) problems.push(`no ${role}`);
  for (const img of document.images) if (!img.hasAttribute('alt')) problems.push(`no alt: ${img.src}`);
  if (!document.documentElement.lang) problems.push('no lang');
  for (const e of document.querySelectorAll('[onclick], [style], script:not([src])')) problems.push(`inline script or style: ${e.outerHTML.slice(0, 80)}`);

  // Contrast of text against the first opaque background above it.
  const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return { r: m[0], g: m[1], b: m[2], a: m[3] === undefined ? 1 : m[3] }; };
  const light = ({ r, g, b }) => { const f = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const backdrop = (e) => { for (let n = e; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c.a > 0.99) return c; } return { r: 255, g: 255, b: 255 }; };
  const seen = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (!visible(e) || e.closest('svg') || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(backdrop(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.5 && Number(style.fontWeight) >= 700);
    const key = `${style.color}/${e.className}`;
    if (ratio < (large ? 3 : 4.5) && !seen.has(key)) { seen.add(key); problems.push(`contrast ${ratio.toFixed(2)}: ${e.outerHTML.slice(0, 80)}`); }
  }
  return { problems, names };
}

async function press(page, key, times = 1) { for (let i = 0; i < times; i++) await page.keyboard.press(key); }

// Tabs until the focus is on something with that text.
async function tabTo(page, text, most = 60) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const style = getComputedStyle(e);
      const label = e.labels && e.labels[0] ? e.labels[0].textContent : '';
      return { text: `${e.textContent} ${label} ${e.id}`.replace(/\s+/g, ' '), outline: style.outlineStyle !== 'none' || e.tagName === 'IFRAME' || e.tagName === 'BODY', tag: e.tagName };
    });
    if (!at.outline) throw new Error(`the focus cannot be seen on ${at.tag} ${at.text}`);
    if (at.text.includes(text)) return;
  }
  throw new Error(`the keyboard does not reach "${text}"`);
}

main('access', async ({ world, browser }) => {
  const w = await world({ courses: ['lifting-12', 'chemicals-2004'] });
  const b = await browser();

  // The main way by keyboard: choose a name, open a course, take its test, get to the discussion, ask.
  const keys = await newPage(b);
  await keys.goto(w.url);
  await press(keys, 'Tab');
  assert.match(await keys.evaluate(() => document.activeElement.textContent), /Skip to the content/);
  await tabTo(keys, 'Amina Okafor');
  await press(keys, 'Enter');
  await keys.getByRole('heading', { name: 'Courses', level: 1 }).waitFor();
  await tabTo(keys, 'Lifting without');
  await press(keys, 'Enter');
  await keys.getByRole('heading', { name: /Lifting/, level: 1 }).waitFor();
  await tabTo(keys, 'Start the course');
  await press(keys, 'Enter');
  const frame = keys.frameLocator('#content');
  await frame.locator('body[data-ready=true]').waitFor();
  for (let i = 0; i < 12 && !(await frame.locator('#finish').isVisible()); i++) {
    const form = frame.locator('section.page:not([hidden]) form');
    if (await form.count()) {
      await answer(frame, true);
      await form.locator('button').first().focus();
      await press(keys, 'Enter');
    }
    await frame.locator('#next').focus();
    await press(keys, 'Enter');
  }
  await frame.locator('#finish').focus();
  await press(keys, 'Enter');
  await keys.locator('.door').waitFor();
  assert.strictEqual(await keys.locator('#outcome').getAttribute('aria-live'), 'polite', 'the outcome is announced');
  await keys.evaluate(() => document.querySelector('.crumb a').focus());
  await tabTo(keys, 'Go to the discussion');
  await press(keys, 'Enter');
  await keys.getByRole('heading', { name: 'Lifting at your own workplace', level: 1 }).waitFor();
  await tabTo(keys, 'A question');
  await press(keys, 'ArrowDown');
  assert.ok(await keys.getByLabel('An idea').isChecked(), 'arrow keys choose the kind');
  await tabTo(keys, 'In one line');
  await keys.keyboard.type('A ramp at gate 3 instead of the step that everybody carries boxes over every single day');
  await press(keys, 'Tab');
  await keys.keyboard.type('Averyveryverylongwordwithoutanyspacesinitthatmustnotmakethepagescrollsidewaysonaphone. See https://example.org/a/very/long/address/that/goes/on/and/on?and=on');
  await tabTo(keys, 'Post it');
  await press(keys, 'Enter');
  await keys.locator('article.topic').waitFor();
  const room = new URL(keys.url()).pathname.slice(1);
  await keys.goto(w.url);

  // Every page at three widths and in both colour schemes.
  const pages = {
    'Amina Okafor': ['', 'courses/lifting-12', 'courses/chemicals-2004', 'courses/chemicals-2004/play', 'discussions', room, `${room}?show=open`, 'ideas', 'about', 'no-such-page'],
    'Alex Morgan': ['', 'author', 'author/link?course=lifting-12', 'ideas', 'insights', 'insights/statements', 'admin', room],
  };
  const found = [];
  const page = await newPage(b);
  for (const [who, addresses] of Object.entries(pages)) {
    await signIn(page, w, who);
    for (const address of addresses) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(w.url + address);
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      for (const [width, scheme] of [[1280, 'light'], [390, 'light'], [360, 'dark']]) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme: scheme });
        const { problems } = await page.evaluate(inspect);
        for (const p of problems) found.push(`/${address} at ${width} px, ${scheme}: ${p}`);
      }
    }
  }
  await page.goto(w.url);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  for (const p of (await page.evaluate(inspect)).problems) found.push(`/ signed out: ${p}`);
  assert.deepStrictEqual(found, []);
  assert.deepStrictEqual(page.problems.filter((p) => !p.includes('no-such-page')), []);
  assert.deepStrictEqual(keys.problems, []);
});
