import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  runAgain,
  runPosko,
  stopPosko,
  type TestPosko,
} from '../integration/fixtures/runningPosko.ts';
import { TestTrackers } from '../integration/fixtures/testTrackers.ts';
import { hasChromium, keepScreenshot, launchChromium, openPage } from './fixtures/browser.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

let posko: TestPosko;
let browser: Browser;
let devices: TestTrackers;

describe.skipIf(!mayRun)(
  mayRun ? 'the live page' : 'the live page (skipped: /usr/bin/chromium is not installed)',
  () => {
    beforeAll(async () => {
      [posko, browser] = await Promise.all([runPosko(['hp-01', 'hp-02']), launchChromium()]);
      devices = new TestTrackers(posko.mqtt);
    });
    afterAll(async () => {
      await devices.end();
      await browser.close();
      await stopPosko(posko);
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    });

    const open = (options = {}) => openPage(browser, posko.http, options);

    /** Publishes as the OwnTracks app does, at the next whole second so that each is news. */
    let lastS = Math.floor(Date.now() / 1000) - 60;
    async function publish(trackerId: string, lon: number, lat: number, gapS = 1): Promise<void> {
      lastS += gapS;
      const message = {
        _type: 'location',
        tst: lastS,
        lon,
        lat,
        acc: 12,
        vel: 36,
        cog: 93,
        batt: 78,
        tid: '01',
      };
      await devices.publish(`owntracks/${trackerId}/phone`, JSON.stringify(message));
    }
    const untilDisplayed = (page: Page, unitId: string, lon: number, lat: number) =>
      page.waitForFunction(
        ([id, wantLon, wantLat]) => {
          const at = window.posko?.displayed(String(id));
          return (
            at !== null &&
            at !== undefined &&
            Math.abs(at[0] - Number(wantLon)) < 1e-5 &&
            Math.abs(at[1] - Number(wantLat)) < 1e-5
          );
        },
        [unitId, lon, lat] as const,
      );

    it('shows a ping where it was sent from, and on a click who, what, when and how accurate', async () => {
      const { page, complaints } = await open();
      await publish('hp-01', 117.5279, 0.5049);
      await untilDisplayed(page, 'hp-01', 117.5279, 0.5049);
      await page.getByRole('button', { name: /HP-01/ }).first().waitFor();
      const pixel = await page.evaluate(() => window.posko?.project('hp-01'));
      if (pixel === null || pixel === undefined) throw new Error('not on the map');
      await page.mouse.click(pixel[0], pixel[1]);
      const details = page.getByRole('region', { name: 'HP-01' });
      await details.waitFor();
      await expect.poll(() => details.innerText()).toMatch(/36 km\/jam[\s\S]*93°[\s\S]*78/);
      const text = await details.innerText();
      expect(text).toContain('± 12 m');
      expect(text).toContain('Polri');
      expect(text).toContain('64.08');
      expect(text).toMatch(/\d+ (dtk|mnt) lalu/);
      await keepScreenshot(page, 'unit-selected');
      expect(complaints).toEqual([]);
    });

    it('draws the symbol at that pixel: the picture changes there and not elsewhere', async () => {
      await publish('hp-02', 117.6, 0.55);
      const { page } = await open();
      await untilDisplayed(page, 'hp-02', 117.6, 0.55);
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      const pixel = await page.evaluate(() => window.posko?.project('hp-02'));
      if (pixel === null || pixel === undefined) throw new Error('not on the map');
      const [x, y] = pixel;
      const around = { x: Math.round(x) - 12, y: Math.round(y) - 12, width: 24, height: 24 };
      const beside = { ...around, x: around.x - 200 };
      const distinct = async (clip: typeof around): Promise<number> =>
        page.evaluate(
          async (png) => {
            const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes]));
            const canvas = new OffscreenCanvas(image.width, image.height);
            const context = canvas.getContext('2d');
            if (context === null) throw new Error('no canvas');
            context.drawImage(image, 0, 0);
            return new Set(
              new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer),
            ).size;
          },
          (await page.screenshot({ clip })).toString('base64'),
        );
      expect(await distinct(around)).toBeGreaterThan(20);
      expect(await distinct(beside)).toBeLessThan(await distinct(around));
    });

    it('glides from fix to fix instead of jumping', async () => {
      await publish('hp-01', 117.53, 0.505);
      const { page } = await open();
      await untilDisplayed(page, 'hp-01', 117.53, 0.505);
      await page.evaluate(() => {
        const seen: number[] = [];
        Object.assign(window, { seenLons: seen });
        setInterval(() => {
          const at = window.posko?.displayed('hp-01');
          if (at) seen.push(at[0]);
        }, 10);
      });
      // five seconds after the fix before, so that the glide is long enough to be seen on a slow machine
      await publish('hp-01', 117.531, 0.505, 5);
      await untilDisplayed(page, 'hp-01', 117.531, 0.505);
      const seen: number[] = await page.evaluate('seenLons');
      const between = seen.filter((lon) => lon > 117.53002 && lon < 117.53098);
      expect(between.length).toBeGreaterThan(0);
      // never ahead of its newest fix, never back
      expect(Math.max(...seen)).toBeLessThanOrEqual(117.531 + 1e-6);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    });

    it('speaks Indonesian, and English one click away, and remembers it', async () => {
      const { page } = await open();
      expect(await page.locator('html').getAttribute('lang')).toBe('id');
      await page.getByText('Tersambung', { exact: true }).waitFor();
      await page.getByRole('button', { name: /Inggris|English/ }).click();
      await page.getByText('Connected', { exact: true }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.reload();
      await page.getByText('Connected', { exact: true }).waitFor();
    });

    it('selects a unit by keyboard alone, and Escape lets it go', async () => {
      await publish('hp-02', 117.603, 0.55);
      const { page } = await open();
      await untilDisplayed(page, 'hp-02', 117.603, 0.55);
      await page.getByRole('searchbox').focus();
      await page.keyboard.type('HP-02');
      await page.locator('[data-unit]').nth(1).waitFor({ state: 'detached' });
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const details = page.getByRole('region', { name: 'HP-02' });
      await details.waitFor();
      await page.keyboard.press('Escape');
      await details.waitFor({ state: 'hidden' });
    });

    it('asks nobody but its own server for anything', async () => {
      const { page, requests } = await open();
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      const hosts = new Set(
        requests.filter((url) => !/^(data|blob):/.test(url)).map((url) => new URL(url).host),
      );
      expect([...hosts]).toEqual([new URL(posko.http).host]);
      expect(requests.some((url) => url.endsWith('.pmtiles'))).toBe(true);
    });

    it('says that the connection is lost, and comes back by itself', async () => {
      const own = await runPosko(['hp-01']);
      const { page } = await openPage(browser, own.http);
      await own.close();
      await page.getByText(/Terputus sejak/).waitFor();
      await keepScreenshot(page, 'connection-lost');
      const again = await runAgain(own);
      await page.getByText('Tersambung', { exact: true }).waitFor();
      await stopPosko(again);
    });

    it.each([
      [1920, 1080, 'dark'],
      [1920, 1080, 'light'],
      [1366, 768, 'dark'],
      [1366, 768, 'light'],
    ] as const)('fits a screen of %i x %i without scrolling, theme %s', async (width, height, theme) => {
      await publish('hp-01', 117.5279, 0.5049);
      const { page, complaints } = await open({ viewport: { width, height } });
      if (theme === 'light') await page.getByRole('button', { name: 'Tema terang' }).click();
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      await keepScreenshot(page, `live-${width}x${height}-${theme}`);
      const overflow = await page.evaluate(() => [
        document.documentElement.scrollWidth - window.innerWidth,
        document.documentElement.scrollHeight - window.innerHeight,
      ]);
      expect(overflow).toEqual([0, 0]);
      expect(complaints).toEqual([]);
    });
  },
);
