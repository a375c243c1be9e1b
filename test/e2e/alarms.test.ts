import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  runAgain,
  runPosko,
  stopPosko,
  type TestPosko,
} from '../integration/fixtures/runningPosko.ts';
import { TestTrackers } from '../integration/fixtures/testTrackers.ts';
import {
  beyondRefusals,
  hasChromium,
  keepScreenshot,
  launchChromium,
  openAsStranger,
  openPage,
  untilLive,
} from './fixtures/browser.ts';
import { addPeople, orderAsOperator, signIn } from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

// whole ways through the page, several of them on two screens, with the map drawn in software
vi.setConfig({ testTimeout: 180_000 });

let posko: TestPosko;
let browser: Browser;
let devices: TestTrackers;

describe.skipIf(!mayRun)(
  mayRun ? 'alarms on the page' : 'alarms on the page (skipped: no /usr/bin/chromium)',
  () => {
    beforeAll(async () => {
      const ids = ['hp-01', 'hp-02', 'hp-03', 'hp-04', 'hp-05', 'hp-06'];
      const flooding = Array.from({ length: 12 }, (_, i) => `banjir-${i}`);
      const prepare = (pool: Parameters<typeof addPeople>[0]): Promise<void> =>
        addPeople(pool, {
          budi: [{ role: 'dispatcher', region: '64.08' }],
          gilang: [{ role: 'viewer', region: '64.08' }],
        });
      [posko, browser] = await Promise.all([
        runPosko([...ids, ...flooding], { prepare }),
        launchChromium(),
      ]);
      devices = new TestTrackers(posko.mqtt);
    });
    afterAll(async () => {
      await devices.end();
      await browser.close();
      await stopPosko(posko);
    });
    afterEach(async ({ task }) => {
      const pages = browser.contexts().flatMap((context) => context.pages());
      if (task.result?.state === 'fail') {
        await Promise.all(pages.map((page, i) => keepScreenshot(page, `failed-${task.id}-${i}`)));
      }
      await Promise.all(browser.contexts().map((context) => context.close()));
    });

    const open = (options = {}) => openPage(browser, posko.http, options);
    async function enter(name: string) {
      const watched = await openAsStranger(browser, posko.http);
      await signIn(watched.page, name);
      await untilLive(watched.page);
      return watched;
    }
    const sos = (trackerId: string, place: object = {}) =>
      devices.publish(
        `posko/64.08/${trackerId}/sos`,
        JSON.stringify({ text: 'tolong', at: Date.now(), ...place }),
      );
    const panel = (page: Page) => page.getByRole('complementary', { name: 'Alarm' });
    const rowOf = (page: Page, callsign: string): Locator =>
      panel(page).locator('.alarm-row[data-alarm]', { hasText: callsign });
    const detailsOf = (page: Page) => page.getByRole('region', { name: 'Rincian alarm' });
    const openDetails = async (page: Page, callsign: string): Promise<Locator> => {
      await rowOf(page, callsign).locator('.alarm-row-main').click();
      const details = detailsOf(page);
      await details.waitFor();
      return details;
    };
    const untilSound = (page: Page, sound: string) =>
      page.waitForFunction((wanted) => window.posko?.sound() === wanted, sound);
    const signOf = (page: Page, id: string) =>
      page.evaluate((alarmId) => window.posko?.alarmSign(alarmId) ?? null, id);
    /** Takes whatever calls, so that a test begins in silence. */
    async function takeAll(): Promise<void> {
      const { alarms } = await listAlarms();
      for (const { id, state } of alarms) {
        if (!/unacknowledged/.test(state)) continue;
        await orderAsOperator(posko.http, 'POST', `/alarms/${id}/acknowledge`, {});
      }
    }
    async function listAlarms(): Promise<{ alarms: { id: string; state: string }[] }> {
      const { asOperator } = await import('../fixtures/operator.ts');
      const answer = await fetch(`${posko.http}/api/v1/alarms`, { headers: asOperator });
      return answer.json() as Promise<{ alarms: { id: string; state: string }[] }>;
    }

    it('sounds, flashes and calls for an SOS, until somebody takes it, and keeps what became of it', async () => {
      const { page, complaints } = await open();
      // a test's own looking counts as a click for this browser: here only a real one does
      await page.addInitScript(() => {
        let hasClicked = false;
        window.addEventListener(
          'click',
          () => {
            hasClicked = true;
          },
          { capture: true },
        );
        Object.defineProperty(navigator.userActivation, 'hasBeenActive', { get: () => hasClicked });
      });
      await page.reload();
      await untilLive(page);
      const place = { lon: 117.5279, lat: 0.5049 };
      await devices.publish(
        'posko/64.08/hp-01/fix',
        JSON.stringify({ fixedAt: Date.now(), ...place, accuracyM: 6 }),
      );
      await sos('hp-01', place);
      const row = rowOf(page, 'HP-01');
      await row.waitFor();
      expect(await row.getAttribute('data-state')).toBe('unacknowledged');
      expect(await row.innerText()).toMatch(/SOS · Belum diterima[\s\S]*HP-01/);
      expect(await page.title()).toBe('(1) Posko – peta unit');
      const id = (await row.getAttribute('data-alarm')) ?? '';

      // nobody has clicked in this page, so that the browser lets nothing be heard, and it says so
      await untilSound(page, 'blocked');
      await panel(page).getByRole('button', { name: 'Aktifkan suara' }).click();
      await untilSound(page, 'sos');
      await row.locator('.priority-mark[data-flashes="true"]').waitFor();
      await expect.poll(() => signOf(page, id)).toMatchObject({ flashes: true });
      await keepScreenshot(page, 'alarm-sos');

      // its sign on the map selects it
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      const sign = await signOf(page, id);
      if (sign === null) throw new Error('no sign on the map');
      await page.mouse.click(sign.xPx, sign.yPx);
      const details = detailsOf(page);
      await details.waitFor();
      await details.getByRole('button', { name: 'Terima', exact: true }).click();
      await untilSound(page, 'quiet');
      await expect.poll(() => signOf(page, id)).toMatchObject({ flashes: false });
      expect(await page.title()).toBe('Posko – peta unit');

      // ticked once the server has it
      await details.getByRole('checkbox').first().click();
      await details.getByText('1 dari', { exact: false }).waitFor();
      await details.getByRole('button', { name: 'Catat…' }).click();
      await details.getByRole('textbox', { name: 'Catatan' }).fill('sudah dihubungi lewat radio');
      await details.getByRole('button', { name: 'Simpan' }).click();
      await details.locator('[data-event="commented"]', { hasText: 'lewat radio' }).waitFor();
      await details.getByRole('button', { name: 'Saya tangani' }).click();
      await details.locator('[data-field="holder"]', { hasText: 'operator' }).waitFor();

      await page.reload();
      await untilLive(page);
      await openDetails(page, 'HP-01');
      await detailsOf(page).locator('[data-event="step_answered"]').waitFor();
      await detailsOf(page).getByText('Diterima', { exact: false }).first().waitFor();

      await detailsOf(page).getByRole('button', { name: 'Selesaikan…' }).click();
      await detailsOf(page).getByRole('button', { name: 'Simpan' }).click();
      await detailsOf(page).getByText('Pilih hasilnya.').first().waitFor();
      await detailsOf(page).getByRole('radio', { name: 'Ditangani' }).check();
      await detailsOf(page).getByLabel('Keterangan').fill('unit aman');
      await detailsOf(page).getByRole('button', { name: 'Simpan' }).click();
      // it leaves the list, and stays open until it is let go
      await row.waitFor({ state: 'detached' });
      await detailsOf(page).locator('[data-field="closed"]', { hasText: 'unit aman' }).waitFor();
      await detailsOf(page).locator('[data-event="closed"]').waitFor();
      await keepScreenshot(page, 'alarm-closed');
      expect(complaints).toEqual([]);
    });

    it('shows one operator at once what the other does, and by whom', async () => {
      await takeAll();
      const one = await open();
      const other = await enter('budi');
      await sos('hp-02');
      await rowOf(one.page, 'HP-02').waitFor();
      await rowOf(other.page, 'HP-02').waitFor();
      await rowOf(one.page, 'HP-02')
        .getByRole('button', { name: /^Terima: / })
        .click();
      await rowOf(one.page, 'HP-02').locator('text=oleh operator').waitFor();
      await rowOf(other.page, 'HP-02').locator('text=oleh operator').waitFor();
      await untilSound(other.page, 'quiet');
      expect(beyondRefusals(other.complaints)).toEqual([]);
    });

    it('says who was first, and keeps what was typed', async () => {
      const { page } = await open();
      await sos('hp-03');
      await rowOf(page, 'HP-03').waitFor();
      const details = await openDetails(page, 'HP-03');
      await details.getByRole('button', { name: 'Terima', exact: true }).click();
      await details.getByRole('button', { name: 'Selesaikan…' }).click();
      await details.getByRole('radio', { name: 'Alarm palsu' }).check();
      await details.getByLabel('Keterangan').fill('tombol tertekan');
      const id = await details.getAttribute('data-alarm');
      // what this page knows is held back, as on a slow line, while somebody else decides
      await page.route('**/close', async (route) => {
        const body = route.request().postDataJSON();
        await route.continue({ postData: JSON.stringify({ ...body, version: 1 }) });
      });
      const other = await enter('budi');
      const theirs = await openDetails(other.page, 'HP-03');
      await theirs.getByRole('button', { name: 'Saya tangani' }).click();
      await theirs.locator('[data-field="holder"]', { hasText: 'budi' }).waitFor();
      await details.getByRole('button', { name: 'Simpan' }).click();
      await details.getByRole('alert').filter({ hasText: 'lebih dulu' }).waitFor();
      expect(await details.getByLabel('Keterangan').inputValue()).toBe('tombol tertekan');
      expect(await details.locator('[data-field="holder"]').innerText()).toBe('budi');
      await page.unroute('**/close');
      await details.getByRole('button', { name: 'Simpan' }).click();
      await rowOf(page, 'HP-03').waitFor({ state: 'detached' });
      expect(id).not.toBeNull();
    });

    it('is worked by keyboard alone', async () => {
      await takeAll();
      await sos('hp-04');
      await sos('hp-05');
      const { page } = await open();
      await rowOf(page, 'HP-04').waitFor();
      await rowOf(page, 'HP-05').waitFor();
      // the newest of those that call comes first
      await rowOf(page, 'HP-05').locator('.alarm-row-main').focus();
      await page.keyboard.press('ArrowDown');
      const focused = () =>
        page.evaluate(() => document.activeElement?.closest('.alarm-row')?.textContent ?? '');
      await expect.poll(focused).toContain('HP-04');
      await page.keyboard.press('Home');
      await expect.poll(focused).toContain('HP-05');
      await page.keyboard.press('a');
      await rowOf(page, 'HP-05').locator('text=oleh operator').waitFor();
      await expect.poll(focused).toContain('HP-04');
      await page.keyboard.press('Enter');
      await detailsOf(page).waitFor();
      expect(await detailsOf(page).innerText()).toContain('HP-04');
      await untilSound(page, 'sos');
      const sound = panel(page).getByRole('button', { name: /^Suara alarm/ });
      await sound.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Bisukan 5 menit' }).click();
      await untilSound(page, 'muted');
      expect(await sound.innerText()).toMatch(/^[45]:\d\d$/);
      await keepScreenshot(page, 'alarm-sound');
      // somebody else is in danger
      await sos('hp-06');
      await untilSound(page, 'sos');
    });

    it('offers nothing to somebody who may only look', async () => {
      const { page } = await enter('gilang');
      await rowOf(page, 'HP-04').waitFor();
      expect(
        await panel(page)
          .getByRole('button', { name: /^Terima/ })
          .count(),
      ).toBe(0);
      const details = await openDetails(page, 'HP-04');
      expect(await details.getByRole('button', { name: /Selesaikan|Tugaskan|Catat/ }).count()).toBe(
        0,
      );
      expect(await details.getByRole('checkbox').first().isDisabled()).toBe(true);
    });

    it('groups a flood, and stays on one screen in every size and theme', async () => {
      await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          sos(`banjir-${i}`, { lon: 117.5 + i / 200, lat: 0.5 + (i % 3) / 100 }),
        ),
      );
      const { page, complaints } = await open();
      await panel(page)
        .getByText(/^Banjir alarm: \d+ dalam 10 menit$/)
        .waitFor();
      for (const theme of ['dark', 'light']) {
        if (theme === 'light') await page.getByRole('button', { name: 'Tema terang' }).click();
        for (const [width, height] of [
          [1920, 1080],
          [1366, 768],
        ] as const) {
          await page.setViewportSize({ width, height });
          await panel(page).locator('.alarm-row-main').first().click();
          await detailsOf(page).locator('[data-event="raised"]').waitFor();
          await page.waitForFunction(() => window.posko?.isMapDrawn());
          await keepScreenshot(page, `alarms-${width}x${height}-${theme}`);
          const overflow = await page.evaluate(() => [
            document.documentElement.scrollWidth - window.innerWidth,
            document.documentElement.scrollHeight - window.innerHeight,
          ]);
          expect(overflow).toEqual([0, 0]);
        }
      }
      await detailsOf(page).getByRole('button', { name: 'Tutup rincian alarm' }).click();
      await panel(page).getByRole('button', { name: 'Kelompokkan' }).click();
      await panel(page).locator('.alarm-row[data-group]').first().waitFor();
      await panel(page)
        .getByRole('button', { name: /^Rincian beban/ })
        .click();
      await page.getByText('Waktu sampai diterima').waitFor();
      await keepScreenshot(page, 'alarms-grouped');
      expect(complaints).toEqual([]);
    });

    it('says that it is old and takes nothing while the server is away, and is right again after', async () => {
      const { page } = await open();
      const row = panel(page).locator('.alarm-row[data-waiting="true"]').first();
      const id = await row.getAttribute('data-alarm');
      await posko.close();
      await panel(page)
        .getByText(/^Terputus: alarm tampil seperti/)
        .waitFor();
      await row.getByRole('button', { name: /^Terima: / }).click();
      await panel(page)
        .getByText(/^Tidak dikirim/)
        .waitFor();
      await keepScreenshot(page, 'alarms-lost');
      posko = await runAgain(posko);
      await untilLive(page);
      await panel(page)
        .getByText(/^Terputus: alarm/)
        .waitFor({ state: 'detached' });
      // nothing waited for the connection
      const same = panel(page).locator(`.alarm-row[data-alarm="${id}"]`);
      expect(await same.getAttribute('data-state')).toBe('unacknowledged');
    });
  },
);
