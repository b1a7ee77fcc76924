// Fills a form at random with the tablet's own engine and prints what it concluded, a JSON line a visit.
// node fill.mjs FORM.xml ROUNDS SEED
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

const dom = new JSDOM('<!doctype html>', { url: 'https://x.invalid/' });
const borrowed = ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'Attr', 'Text',
  'Comment', 'CDATASection', 'ProcessingInstruction', 'NodeFilter', 'XPathResult', 'document', 'File', 'FormData',
  'Blob', 'FileReader', 'HTMLElement'];
for (const name of borrowed) if (dom.window[name]) globalThis[name] = dom.window[name];
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = import.meta.dirname;
globalThis.__filename = import.meta.filename;
const { loadForm } = await import('@getodk/xforms-engine');

const [, , file, rounds, seedText] = process.argv;
let seed = Number(seedText);
const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
const pick = (list) => list[Math.floor(random() * list.length)];

const TEXTS = ['', 'AB12345', 'x', '12', '0123456789', 'été', '2024-05-06', '  deux  mots ', '<&>', '3.5'];
const INTEGERS = [null, 0n, 1n, 2n, 3n, 5n, 12n, 30n, 80n, 101n, 1940n, 1950n, -2n];
const DECIMALS = [null, 0, 1.5, 12.25, 16.5, 130, 7, -11, 15.9, 0.1];
const DAYS = [null, '2024-02-29', '2026-01-01', '2026-03-29', '2026-10-25', '2027-03-04', '1999-12-31', '1931-07-14'];
const MOMENTS = ['2026-03-29T01:30:00.000+01:00', '2026-10-25T02:30:00.000+02:00', '2024-05-06T12:00:00.000Z'];
const POINTS = [null, { latitude: 48.5, longitude: 2.25, altitude: 10, accuracy: 5 }];

const children = (node) => node.currentState.children ?? [];
const isHolder = (node) => node.nodeType === 'group' || node.nodeType.startsWith('repeat');
const leaves = (node) => children(node).flatMap((child) => (isHolder(child) ? leaves(child) : [child]));
const ranges = (node) => children(node).flatMap((child) => [
  ...(child.nodeType === 'repeat-range:uncontrolled' ? [child] : []), ...(child.currentState.children ? ranges(child) : []),
]);

const valueFor = {
  int: () => pick([...INTEGERS, BigInt(Math.floor(random() * 40))]), decimal: () => pick(DECIMALS), date: () => pick(DAYS),
  string: () => pick(TEXTS), dateTime: () => pick(MOMENTS), geopoint: () => pick(POINTS),
};

function answer(node, agreeable) {
  if (!node.currentState.relevant || node.currentState.readonly) return;
  try {
    if (node.nodeType === 'input') {
      const value = valueFor[node.valueType]?.();
      if (value !== undefined) node.setValue(value);
    } else if (node.nodeType === 'select') {
      const offered = node.currentState.valueOptions.map((option) => option.value);
      if (node.selectType === 'select') node.selectValues(offered.filter(() => random() < 0.35));
      else if (agreeable && offered.includes('yes') && random() < 0.6) node.selectValue('yes');
      else node.selectValue(offered.length && random() > 0.08 ? pick(offered) : null);
    } else if (node.nodeType === 'rank') {
      node.setValues([...node.currentState.valueOptions.map((option) => option.value)].sort(() => random() - 0.5));
    } else if (node.nodeType === 'trigger') node.setValue(random() < 0.7);
    else if (node.nodeType === 'range') {
      const value = Math.floor(random() * 10);
      node.setValue(node.valueType === 'int' ? BigInt(value) : value);
    }
  } catch { /* the engine refuses some values; the visit goes on */ }
}

const options = { fetchFormAttachment: async () => new Response('', { status: 404 }), missingResourceBehavior: 'BLANK' };
const form = await loadForm(fs.readFileSync(file, 'utf8'), options);
if (form.status === 'failure') throw form.error;
for (let round = 0; round < Number(rounds); round += 1) {
  const now = new Date().toISOString();
  const { root } = form.createInstance();
  const density = pick([0.3, 0.7, 1]);
  for (let pass = 0; pass < 3; pass += 1) {
    if (pass < 2) for (const range of ranges(root)) for (let i = Math.floor(random() * 3); i > 0; i -= 1) range.addInstances();
    for (const node of leaves(root)) if (random() < density) answer(node, random() < 0.7);
  }
  const violations = root.validationState.violations.map((one) => [one.reference, one.violation.condition]);
  const calculated = Object.fromEntries(leaves(root).filter((node) => node.nodeType === 'model-value')
    .filter((node) => node.currentState.relevant).map((node) => [node.currentState.reference, node.instanceState.instanceXML]));
  process.stdout.write(`${JSON.stringify({ now, xml: root.instanceState.instanceXML, violations, calculated })}\n`);
}
