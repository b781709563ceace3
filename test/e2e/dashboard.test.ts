import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults, hasBrowser, openBrowser } from './browser.ts';
import { type DemoServer, startDemo } from './demo-server.ts';

const TOKEN = 'a-token-of-this-test';
const PAGES = [
  '/',
  '/series/1/v/2',
  '/series/1/v/1',
  '/series/1/v/2/mails',
  '/series/1/v/2/draft',
  '/health',
  '/login',
];
const LOCKS = ['/locks', '/locks/class/port.lock', '/locks/pair?a=port.lock&b=port_topology_mutex'];
const NOTHING = ['/series/999/v/1', '/series/1/v/77', '/?q=%25_%27%22%3Cb%3E'];

describe.skipIf(!hasBrowser)('the dashboard in a browser', () => {
  let server: DemoServer;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startDemo(TOKEN), openBrowser()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = async (given: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
    const context = await browser.newContext({ baseURL: server.origin, ...given });
    return context.newPage();
  };

  describe.each([
    ['a desktop in light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' as const }],
    ['a desktop in dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' as const }],
    ['a phone in light', { viewport: { width: 390, height: 800 }, colorScheme: 'light' as const }],
    ['a phone in dark', { viewport: { width: 390, height: 800 }, colorScheme: 'dark' as const }],
  ])('on %s', (_, given) => {
    test('every page is accessible, loads nothing from elsewhere, and breaks no rule of its policy', async () => {
      const page = await open(given);
      const faults: string[] = [];
      page.on('console', (said) => {
        if (said.type() === 'error' && !/status of 404/.test(said.text())) faults.push(said.text());
      });
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(server.origin)) faults.push(`asks ${request.url()}`);
      });
      for (const path of [...PAGES, ...LOCKS, ...NOTHING]) {
        await page.goto(path);
        faults.push(...(await accessibilityFaults(page)).map((fault) => `${path}: ${fault}`));
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (wide > 0) faults.push(`${path} is ${wide} px too wide`);
      }
      await page.context().close();
      expect(faults).toEqual([]);
    }, 180_000);
  });

  test('keys go through the rows, open one, and lead back', async () => {
    const page = await open();
    await page.goto('/');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/series/1/v/2');
    await page.keyboard.press('u');
    await page.waitForURL(`${server.origin}/`);
    await page.keyboard.press('?');
    expect(await page.locator('dialog#keys').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    expect(await page.evaluate("document.activeElement?.getAttribute('name')")).toBe('q');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.waitForURL('**/health');
    await page.context().close();
  }, 60_000);

  test('a search shows what it finds while it is typed, in an address that can be shared, and back leads back', async () => {
    const page = await open();
    await page.goto('/');
    await page.locator('input[name=q]').pressSequentially('zzz');
    await page.locator('.empty').waitFor();
    expect(page.url()).toContain('q=zzz');
    await page.goBack();
    await page.locator('.rows > li').waitFor();
    await page.goto('/?q=port');
    expect(await page.locator('.rows > li').count()).toBe(1);
    await page.context().close();
  }, 60_000);

  test('somebody with the token logs in, marks as read, ignores with a reason, has it reviewed again, and logs out', async () => {
    const page = await open();
    await page.goto('/series/1/v/2');
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.locator('input[name=token]').fill(TOKEN);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/series/1/v/2');
    await page.getByRole('button', { name: 'Mark as read' }).click();
    await page.getByRole('button', { name: 'Mark as unread' }).waitFor();
    await page.getByText('Ignore this finding').first().click();
    await page.locator('input[name=reason]').first().fill('the lock <b>is</b> another');
    await page.getByRole('button', { name: 'Ignore', exact: true }).first().click();
    await page.getByText('the lock <b>is</b> another').waitFor();
    await page.getByRole('button', { name: 'Report it again' }).click();
    await page.getByRole('button', { name: 'Review again' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await page.context().close();
  }, 90_000);

  test('without scripts everything can be read, and somebody can log in and have it reviewed again', async () => {
    const page = await open({ javaScriptEnabled: false });
    for (const path of [...PAGES, ...LOCKS]) expect((await page.goto(path))?.status()).toBe(200);
    await page.goto('/login?to=/series/1/v/1');
    await page.locator('input[name=token]').fill(TOKEN);
    await page.locator('main button[type=submit]').click();
    await page.waitForURL('**/series/1/v/1');
    await page.getByRole('button', { name: 'Review again' }).click();
    await page.waitForURL('**/series/1/v/1');
    await page.context().close();
  }, 90_000);

  test('a form from elsewhere, a wrong token and a wrong proof change nothing', async () => {
    const page = await open();
    const { request } = page.context();
    const wrong = await request.post('/login', { form: { token: 'guess', to: '/' } });
    expect(wrong.status()).toBe(403);
    await request.post('/login', { form: { token: TOKEN, to: '/' } });
    const without = await request.post('/series/1/v/2/seen', { form: { csrf: 'x' } });
    const elsewhere = await request.post('/series/1/v/2/seen', {
      headers: { origin: 'https://evil.example' },
      form: {},
    });
    expect([without.status(), elsewhere.status()]).toEqual([403, 403]);
    await page.context().close();
  }, 60_000);

  test('the first page is small', async () => {
    const page = await open();
    let bytes = 0;
    page.on('response', async (response) => {
      bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
    });
    await page.goto('/', { waitUntil: 'load' });
    await page.context().close();
    expect(bytes).toBeLessThan(100_000);
  }, 60_000);
});
