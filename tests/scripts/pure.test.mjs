// What the scripts do without a page. Run by tests/test_scripts.py; by hand: node --test tests/scripts/
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const assets = new URL('../../templates/assets/', import.meta.url);
for (const name of ['minisearch', 'search', 'saved'])
  vm.runInThisContext(readFileSync(new URL(`${name}.js`, assets), 'utf8').replace(/^var MiniSearch=/m, 'globalThis.MiniSearch='));
const { search, saved } = globalThis;

const paper = (title, more = {}) => ({ title, authors: '', terms: '', profiles: '', abstract: '', ids: '', ...more });
const PAPERS = [
  paper('Attention is all you need', { authors: 'Ashish Vaswani, Noam Shazeer', ids: '1706.03762' }),
  paper('Denoising diffusion models', { authors: 'Jonathan Ho', abstract: 'We present high quality images.' }),
  paper('Diffusion of heat in Schrödinger’s box', { authors: 'Ada Ho', abstract: 'A note on attention.' }),
  paper('Text-to-image models that diffuse', { abstract: 'all you can need' }),
];

function found(typed, combineWith) {
  const index = new MiniSearch(search.options);
  index.addAll(PAPERS.map((each, id) => ({ id, ...each })));
  const query = search.parsed(typed);
  return index.search(search.expression(query, combineWith), { filter: ({ id }) => search.holds(PAPERS[id], query.phrases) })
    .map(({ id }) => id).sort();
}

for (const [typed, ids] of [
  ['attention', [0, 2]],
  ['ATTENTION need', [0]],
  ['diffu', [1, 2, 3]],
  ['difusion', [1, 2]],
  ['schrodinger', [2]],
  ['"all you need"', [0]],
  ['"text to image"', [3]],
  ['author:ho', [1, 2]],
  ['author:"jonathan ho"', [1]],
  ['title:attention', [0]],
  ['diffusion -heat', [1]],
  ['-diffusion -diffuse', [0]],
  ['1706.03762', [0]],
  ['the attention of', [0, 2]],
  ['nothing at all', []],
  ['"', [0, 1, 2, 3]],
]) test(`${typed} finds ${ids.length} papers`, () => assert.deepEqual(found(typed), ids));

test('where no paper has all words, some may have any of them', () => {
  assert.deepEqual(found('schrodinger vaswani'), []);
  assert.deepEqual(found('schrodinger vaswani', 'OR'), [0, 2]);
});

test('hostile queries are read in no time and break nothing', () => {
  for (const typed of ['"'.repeat(5000), 'author:'.repeat(2000), '-'.repeat(9000), '('.repeat(9000), '\u202e\u0000 <b>'])
    assert.ok(Array.isArray(found(typed)));
});

test('spans of time count back from the newest paper', () => {
  assert.equal(search.firstDay('week', '', '2026-08-07'), '2026-08-01');
  assert.equal(search.firstDay('day', '', '2026-08-07'), '2026-08-07');
  assert.equal(search.firstDay('month', '2026-08-05', '2026-08-07'), '2026-08-05');
  assert.equal(search.firstDay('', '2026-08-05', '2026-08-07'), '2026-08-05');
  assert.equal(search.firstDay('week', '', ''), '');
});

test('a text in pieces is the text', () => {
  const text = 'Schrödinger’s “box”: a <b>';
  const pieces = search.pieces(text, new Set(['schrodinger', 'box']));
  assert.equal(pieces.map(([piece]) => piece).join(''), text);
  assert.deepEqual(pieces.filter(([, hit]) => hit).map(([piece]) => piece), ['Schrödinger', 'box']);
});

test('a saved paper becomes a BibTeX record without an invented author', () => {
  const known = { title: '50% of {AI} & a_b \\ ~', authors: ['Ada Lovelace', 'Jo Ho'], more: true, arxiv: '2106.01345', doi: '', year: '2021', url: 'https://e.org/{x}' };
  assert.equal(saved.bibtex('one', known), `@misc{one,
  title = {{50\\% of \\{AI\\} \\& a\\_b \\textbackslash{} \\textasciitilde{}}},
  author = {Ada Lovelace and Jo Ho and others},
  year = {2021},
  eprint = {2106.01345},
  archiveprefix = {arXiv},
  url = {https://e.org/%7Bx%7D}
}
`);
  assert.ok(!saved.bibtex('two', { ...known, authors: [], more: false }).includes('author'));
});
