// Uses a site as a reader does, in a headless browser, and prints what it saw as JSON.
//   node browser.mjs PACKAGES CHROMIUM SITE_FOLDER
// PACKAGES is a folder with node_modules/playwright-core. Run by tests/outputs/test_browser.py.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, executablePath, folder] = process.argv.slice(2);
const { chromium } = createRequire(join(packages, 'package.json'))('playwright-core');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const server = createServer((request, response) => {
  const path = join(folder, new URL(request.url, 'http://x').pathname.replace(/^\/papers\//, '/'));
  if (!existsSync(path) || !extname(path)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
  return createReadStream(path).pipe(response);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const bases = { http: `http://127.0.0.1:${server.address().port}/papers/`, file: `${pathToFileURL(folder).href}/` };
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });

async function visit(base, options, tour) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => request.url().startsWith(base) || /^blob:/.test(request.url()) || trouble.push(`asked ${request.url()}`));
  if (options.blocked) await page.addInitScript(() => Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } }));
  const saw = await tour(page, base);
  await context.close();
  return { ...saw, trouble };
}

const text = (page, selector) => page.locator(selector).first().innerText();
const typed = async (page, keys) => { for (const key of keys) await page.keyboard.press(key); };
const settled = (page) => page.waitForFunction(() => /^(No|[\d,]+) paper/.test(document.querySelector('#found').textContent));

async function searching(page, base) {
  await page.goto(`${base}index.html`);
  await typed(page, ['/', 'd', 'i', 'f', 'u', 's', 'i', 'o', 'n', 'Enter']);
  await page.waitForURL(/search\.html\?q=difusion/);
  await settled(page);
  const saw = { found: await text(page, '#found'), marks: await page.locator('#results mark').allInnerTexts() };
  await page.fill('#q', '"alert(1)" author:nobody');
  await page.waitForURL(/nobody/);
  saw.nothing = await text(page, '#found');
  await page.fill('#q', '');
  await page.selectOption('#profile', 'planning');
  await page.waitForURL(/profile=planning/);
  saw.planning = await page.locator('#results h2').allInnerTexts();
  saw.scripts = await page.locator('#results script, #results img').count();
  return saw;
}

async function reading(page, base) {
  await page.goto(`${base}index.html`);
  await typed(page, ['j', 'j', 'k', 's', 'm']);
  const saw = { focus: await page.evaluate(() => document.activeElement.textContent), on: await page.locator('.is-on').allInnerTexts() };
  await typed(page, ['u']);
  saw.left = await page.locator('.pick:visible').count();
  saw.hidden = await text(page, '.tools [role=status]');
  await typed(page, ['?']);
  saw.help = await page.locator('dialog.help').isVisible();
  await typed(page, ['Escape']);
  await page.selectOption('.tools select', 'dark');
  saw.dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await typed(page, ['Tab', 'g', 's']);
  await page.waitForURL(/saved\.html/);
  saw.saved = await page.locator('#saved h2').allInnerTexts();
  saw.still = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  saw.blocked = await page.locator('#blocked').isVisible();
  if (saw.saved.length) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('#bibtex')]);
    saw.bibtex = readFileSync(await file.path(), 'utf8');
  }
  await page.goto(`${base}papers/one.html`);
  await page.click('.copy');
  await page.waitForTimeout(100);
  saw.copied = await text(page, '.copy');
  await page.click('summary:text("RIS")');
  const [ris] = await Promise.all([page.waitForEvent('download'), page.click('.form:has(summary:text("RIS")) .load')]);
  saw.ris = [ris.suggestedFilename(), readFileSync(await ris.path(), 'utf8')];
  saw.opened = await page.locator('.paper .is-on').allInnerTexts();
  await page.click('.names a:text("Jo Ho")');
  await page.waitForSelector('#results li');
  saw.by = [await page.inputValue('#q'), await page.locator('#results h2').allInnerTexts()];
  return saw;
}

async function without(page, base) {
  await page.goto(`${base}search.html?q=diffusion`);
  return { form: await page.locator('#search').isVisible(), told: await text(page, 'noscript'), buttons: await page.locator('.marks, .tools').count() };
}

const seen = {};
for (const [name, base] of Object.entries(bases)) {
  seen[`search ${name}`] = await visit(base, {}, searching);
  seen[`read ${name}`] = await visit(base, { acceptDownloads: true }, reading);
}
seen.blocked = await visit(bases.http, { blocked: true }, reading);
seen.without = await visit(bases.http, { javaScriptEnabled: false }, without);
await browser.close();
server.close();
process.stdout.write(JSON.stringify(seen));
