// plot.js - scripts/bench --json | node tests/bench/plot.js > docs/performance.svg
// Each figure against its goal on a logarithmic axis: left of the line it holds.
'use strict';

const figures = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const share = (figure, ratio) => {
  const [sign, goal] = figure.goal.split(' ');
  return sign === '<=' ? ratio / Number(goal) : Number(goal) / ratio;
};
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const left = 470, width = 420, row = 22, top = 56, from = 0.01, to = 10;
const at = (value) => left + width * (Math.log10(Math.min(to, Math.max(from, value)) / from) / Math.log10(to / from));
const height = top + figures.length * row + 30;
const parts = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 90} ${height}" font-family="DejaVu Sans, sans-serif" font-size="11">`,
  '<title>Each bar of scripts/bench against its goal</title>',
  `<rect width="100%" height="100%" fill="#fff"/>`,
  `<text x="12" y="22" font-size="14" fill="#222">Each figure as a share of what its goal allows (left of the line: holds)</text>`,
];
for (const value of [0.01, 0.1, 1, 10]) {
  parts.push(`<line x1="${at(value)}" y1="${top - 10}" x2="${at(value)}" y2="${height - 24}" stroke="${value === 1 ? '#b00020' : '#ddd'}" stroke-width="${value === 1 ? 2 : 1}"/>`,
    `<text x="${at(value)}" y="${top - 16}" text-anchor="middle" fill="#555">${value}</text>`);
}
figures.forEach((figure, i) => {
  const y = top + i * row, x = at(share(figure, figure.ratio));
  const spread = (figure.spread || [figure.ratio, figure.ratio]).map((ratio) => at(share(figure, ratio)));
  parts.push(
    `<text x="12" y="${y + 12}" fill="#222"><tspan font-weight="bold">${escape(figure.bar)}</tspan> ${escape(figure.what.slice(0, 62))}</text>`,
    `<rect x="${left}" y="${y + 3}" width="${Math.max(1, x - left).toFixed(1)}" height="11" fill="${figure.holds ? '#2f6f4f' : '#c2571a'}"/>`,
    `<line x1="${Math.min(...spread).toFixed(1)}" x2="${Math.max(...spread).toFixed(1)}" y1="${y + 8.5}" y2="${y + 8.5}" stroke="#111" stroke-width="1.5"/>`,
    `<text x="${left + width + 8}" y="${y + 12}" fill="#222">${figure.ratio} (${escape(figure.goal)})</text>`);
});
parts.push('</svg>');
console.log(parts.join('\n'));
