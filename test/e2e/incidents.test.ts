import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runPosko, stopPosko, type TestPosko } from '../integration/fixtures/runningPosko.ts';
import { TestTrackers } from '../integration/fixtures/testTrackers.ts';
import { keepBothThemes } from './fixtures/bothThemes.ts';
import {
  beyondRefusals,
  hasChromium,
  keepScreenshot,
  launchChromium,
  openAsStranger,
  untilLive,
} from './fixtures/browser.ts';
import { addPeople, signIn } from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

// whole ways through the page, several of them on two screens, with the map drawn in software
vi.setConfig({ testTimeout: 240_000 });

let posko: TestPosko;
let browser: Browser;
let devices: TestTrackers;

describe.skipIf(!mayRun)(
  mayRun ? 'incidents on the page' : 'incidents on the page (skipped: no /usr/bin/chromium)',
  () => {
    beforeAll(async () => {
      const prepare = (pool: Parameters<typeof addPeople>[0]): Promise<void> =>
        addPeople(pool, {
          budi: [{ role: 'dispatcher', region: '64.08' }],
          gilang: [{ role: 'viewer', region: '64.08' }],
          kapolres: [{ role: 'commander', region: '64.08' }],
        });
      [posko, browser] = await Promise.all([
        runPosko(['hp-01', 'hp-02', 'hp-03'], { prepare }),
        launchChromium(),
      ]);
      devices = new TestTrackers(posko.mqtt);
      await devices.publish('posko/64.08/hp-01/fix', nativeFix(117.5279, 0.5049));
      await devices.publish('posko/64.08/hp-02/fix', nativeFix(117.56, 0.5249));
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

    const nativeFix = (lon: number, lat: number): string =>
      JSON.stringify({ fixedAt: Date.now(), lon, lat, accuracyM: 8 });
    async function enter(name: string) {
      const watched = await openAsStranger(browser, posko.http);
      await signIn(watched.page, name);
      await untilLive(watched.page);
      return watched;
    }
    const incidentsTab = (page: Page) => page.getByRole('tab', { name: /^Insiden/ });
    const panel = (page: Page, title: RegExp): Locator =>
      page.getByRole('article', { name: title });
    const logLine = (page: Page, kind: string): Locator =>
      page.locator(`.incident-log [data-kind="${kind}"]`);
    const level = (page: Page, name: string): Locator =>
      page.locator(`.level-buttons [data-decision="${name}"]`);
    const order = (page: Page, name: string): Locator =>
      page.locator(`.order-buttons [data-decision="${name}"]`);
    /** Where a unit is on the screen, with an offset. */
    async function near(page: Page, unitId: string, byPx: number) {
      await page.waitForFunction((id) => window.posko?.project(id) !== null, unitId);
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      const at = await page.evaluate((id) => window.posko?.project(id) ?? null, unitId);
      if (at === null) throw new Error(`${unitId} is not on the map`);
      return { x: at[0] + byPx, y: at[1] + byPx };
    }
    async function chooseUnit(page: Page, callsign: string): Promise<void> {
      await page
        .getByRole('button', { name: new RegExp(callsign) })
        .first()
        .click();
    }

    it('is opened from the map with two clicks, and led by who may', async () => {
      const [dispatcher, commander] = [await enter('budi'), await enter('kapolres')];
      const { page } = dispatcher;
      await chooseUnit(page, 'HP-01');
      const at = await near(page, 'hp-01', 20);
      await page.mouse.click(at.x, at.y, { button: 'right' });
      const title = page.getByLabel('Judul');
      expect(await title.inputValue()).toMatch(/^Insiden dekat HP-01 · \d\d:\d\d WITA$/);
      expect(await page.getByLabel('Wilayah').inputValue()).toBe('64.08');
      await page.getByRole('button', { name: 'Buka', exact: true }).click();
      await panel(page, /Insiden dekat HP-01/).waitFor();
      // the unit that stands there arrives by itself
      await logLine(page, 'unit_arrived').waitFor();
      await logLine(page, 'open').waitFor();

      // a dispatcher sees what is possible, and why it is not theirs
      expect(await level(page, 'hijau').getAttribute('aria-pressed')).toBe('true');
      expect(await level(page, 'kuning').getAttribute('aria-disabled')).toBe('true');
      await level(page, 'kuning').hover();
      await page.getByRole('tooltip', { name: /Kapolsek/ }).waitFor();
      expect(await order(page, 'lapis_ganti').count()).toBe(0);

      // the commander raises the level, with a reason
      const other = commander.page;
      await incidentsTab(other).click();
      await other.locator('.incident-row').first().click();
      await level(other, 'kuning').click();
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await other.getByText('Setiap keputusan perlu alasan.').waitFor();
      await other.getByLabel(/alasan$/).fill('massa melempar batu');
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await other.locator('[data-decision="kuning"][aria-pressed="true"]').waitFor();
      await page.locator('[data-decision="kuning"][aria-pressed="true"]').waitFor();
      await logLine(page, 'decide')
        .getByText(/massa melempar batu.*sebagai Kapolres/)
        .waitFor();
      expect(await logLine(page, 'decide').innerText()).toMatch(/WITA · kapolres/);
      await order(other, 'lapis_ganti').click();
      await other.getByLabel(/alasan$/).fill('Dalmas awal terdesak');
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await page.locator('[data-field="force"]', { hasText: 'Dalmas lanjut' }).waitFor();
      await order(other, 'lapis_ganti').waitFor({ state: 'detached' });

      // merah, and Brimob with the Kapolda's approval only
      await level(other, 'merah').click();
      await other.getByLabel(/alasan$/).fill('pembakaran');
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await order(other, 'lintas_ganti').click();
      await other.getByLabel(/alasan$/).fill('Dalmas lanjut tidak cukup');
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await other.getByText('Tulis siapa yang menyetujui dan lewat apa.').waitFor();
      await other.getByLabel(/Disetujui Kapolda/).fill('Kapolda, telepon 14.10');
      await keepBothThemes(other, 'incident-decision');
      await other.getByRole('button', { name: 'Putuskan' }).click();
      await other.locator('[data-field="force"]', { hasText: 'PHH Brimob' }).waitFor();

      // nobody closes a red one
      expect(
        await page.getByRole('button', { name: 'Tutup insiden…' }).getAttribute('aria-disabled'),
      ).toBe('true');
      expect(beyondRefusals(dispatcher.complaints)).toEqual([]);
      expect(beyondRefusals(commander.complaints)).toEqual([]);
    });

    it('keeps notes, radio messages, photos, checks, units and crowds', async () => {
      const { page, complaints } = await enter('budi');
      await incidentsTab(page).click();
      await page.locator('.incident-row').first().click();
      await page.getByLabel('Isi catatan atau pesan').fill('koordinator ditemui');
      await page.getByRole('button', { name: 'Tulis', exact: true }).click();
      await logLine(page, 'note').getByText('koordinator ditemui').waitFor();
      await page.getByText('Radio / telepon').click();
      await page.getByLabel('Dari').fill('Elang 1');
      await page.getByLabel('Kepada').fill('Posko');
      await page.getByLabel('Isi catatan atau pesan').fill('massa bergerak ke KPU');
      await page.getByRole('button', { name: 'Tulis', exact: true }).click();
      await logLine(page, 'message').getByText('Elang 1 → Posko').waitFor();

      await page.locator('input[type="file"]').setInputFiles({
        name: 'foto.png',
        mimeType: 'image/png',
        buffer: await page.locator('.map-canvas').screenshot(),
      });
      const photo = logLine(page, 'photo').locator('img');
      await photo.scrollIntoViewIfNeeded();
      await expect
        .poll(() =>
          photo.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth),
        )
        .toBeGreaterThan(100);
      await page.locator('input[type="file"]').setInputFiles({
        name: 'catatan.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('bukan foto'),
      });
      await page.getByText('Foto harus JPEG, PNG, atau WebP.').waitFor();

      await page.getByRole('button', { name: 'Massa…' }).click();
      await page.getByText('Klik pada peta di mana massa berada.').waitFor();
      const box = await page.locator('.map-canvas').boundingBox();
      if (box === null) throw new Error('there is no map');
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.getByLabel('Perkiraan orang').fill('350');
      await page.getByRole('button', { name: 'Tandai' }).click();
      await logLine(page, 'crowd').getByText('Massa sekitar 350 orang').waitFor();

      await page.getByRole('tab', { name: /^Periksa/ }).click();
      // it is checked when the server says so
      await page.locator('[data-item="hijau-koordinator"]').click();
      await page.getByText(/Kasat Intelkam · oleh budi pukul/).waitFor();
      await keepBothThemes(page, 'incident-checklist');

      await page.getByRole('tab', { name: /^Unit \d/ }).click();
      await page.locator('.incident-units [data-unit="hp-01"][data-there="true"]').waitFor();
      await page.getByRole('combobox', { name: /^Unit yang dikirim/ }).fill('HP-02');
      await page.getByRole('option', { name: 'HP-02' }).click();
      await page.getByRole('button', { name: 'Tambah', exact: true }).click();
      await page.locator('.incident-units [data-unit="hp-02"]', { hasText: 'dikirim' }).waitFor();
      await page.getByRole('tab', { name: 'Log' }).click();
      await logLine(page, 'add_unit').getByText('HP-02 dikirim').waitFor();
      await logLine(page, 'check').first().waitFor();
      await page.getByRole('button', { name: 'Lihat di peta' }).click();
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      await keepBothThemes(page, 'incident-log');
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('is opened from an alarm, linked to it, and closed with a word on how it ended', async () => {
      const { page, complaints } = await enter('kapolres');
      await devices.publish(
        'posko/64.08/hp-02/sos',
        JSON.stringify({ text: 'tolong', at: Date.now(), lon: 117.56, lat: 0.5249 }),
      );
      const alarms = page.getByRole('complementary', { name: 'Alarm' });
      await alarms.locator('.alarm-row-main', { hasText: 'HP-02' }).click();
      await page.getByRole('button', { name: 'Buka insiden' }).click();
      expect(await page.getByLabel('Judul').inputValue()).toMatch(/^SOS – HP-02 · /);
      await page.getByLabel('Judul').fill('Petugas diserang di TPS 4');
      await page.getByRole('button', { name: 'Buka', exact: true }).click();
      const shown = panel(page, /Petugas diserang/);
      await shown.waitFor();
      await shown.getByRole('tab', { name: 'Alarm 1' }).click();
      await shown.locator('[data-alarm]').waitFor();
      await page.getByRole('button', { name: 'Lihat insiden' }).waitFor();

      await shown.getByRole('button', { name: 'Ganti judul' }).click();
      await shown.getByRole('textbox', { name: 'Judul' }).fill('Petugas diserang di TPS 5');
      await shown.getByRole('button', { name: 'Simpan' }).click();
      await panel(page, /TPS 5/).waitFor();

      await page.getByRole('button', { name: 'Tutup insiden…' }).click();
      await page.getByLabel('Bagaimana berakhir').fill('pelaku diamankan');
      await page.getByRole('button', { name: 'Tutup insiden', exact: true }).click();
      await page.getByRole('button', { name: 'Buka kembali…' }).waitFor();
      await page.getByRole('tab', { name: 'Log' }).click();
      await logLine(page, 'close').getByText('pelaku diamankan').waitFor();
      await page.getByRole('button', { name: 'Kembali ke daftar insiden' }).click();
      await page.getByRole('button', { name: 'Insiden yang sudah ditutup' }).click();
      await page.locator('.incident-row', { hasText: 'TPS 5' }).waitFor();
      await keepBothThemes(page, 'incident-list');
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('shows those who may only look everything, and no button that would be refused', async () => {
      const { page, complaints } = await enter('gilang');
      await incidentsTab(page).click();
      await page.getByText('Anda dapat melihat insiden, tidak mengubahnya.').waitFor();
      await page.locator('.incident-row', { hasText: 'dekat HP-01' }).click();
      await logLine(page, 'note').waitFor();
      for (const name of ['Tulis', 'Tutup insiden…', 'Ganti judul', 'Foto…']) {
        expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
      }
      expect(await level(page, 'hijau').getAttribute('aria-disabled')).toBe('true');
      const at = await near(page, 'hp-01', 40);
      await page.mouse.click(at.x, at.y, { button: 'right' });
      expect(await page.getByLabel('Judul').count()).toBe(0);
      expect(beyondRefusals(complaints)).toEqual([]);
    });
  },
);
