import { connect, connectAsync, type MqttClient } from 'mqtt';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { stopPosko, type TestPosko } from '../integration/fixtures/runningPosko.ts';
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
import { runDoorPosko } from './fixtures/doorPosko.ts';
import { openFromMenu, orderAsOperator, signIn } from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

// whole ways through the page, several of them on two screens, with the map drawn in software
vi.setConfig({ testTimeout: 120_000 });

let posko: TestPosko;
let browser: Browser;
let devices: TestTrackers;

describe.skipIf(!mayRun)(
  mayRun
    ? 'the door and the page'
    : 'the door and the page (skipped: /usr/bin/chromium is not installed)',
  () => {
    beforeAll(async () => {
      [posko, browser] = await Promise.all([runDoorPosko(), launchChromium()]);
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

    async function enter(name: string) {
      const watched = await openAsStranger(browser, posko.http);
      await signIn(watched.page, name);
      await untilLive(watched.page);
      return watched;
    }
    const location = (lon: number, lat: number, agoS = 0) =>
      JSON.stringify({
        _type: 'location',
        tst: Math.floor(Date.now() / 1000) - agoS,
        lon,
        lat,
        acc: 12,
      });
    const untilDisplayed = (page: Page, unitId: string, lon: number) =>
      page.waitForFunction(
        ([id, wanted]) => {
          const at = window.posko?.displayed(String(id));
          return at !== null && at !== undefined && Math.abs(at[0] - Number(wanted)) < 1e-5;
        },
        [unitId, lon] as const,
      );
    const unitRow = (page: Page, unitId: string) => page.locator(`[data-unit="${unitId}"]`);
    const untilPresence = (page: Page, unitId: string, presence: string) =>
      page.locator(`[data-unit="${unitId}"][data-presence="${presence}"]`).waitFor();
    const waitingButton = (page: Page) => page.locator('.waiting-button');

    it('tells who is there, late, lost and without a place, and follows what happens', async () => {
      await devices.publish('posko/64.08/hp-01/fix', nativeFix(117.5279, 0.5049));
      // heard just now, of a place that is four minutes old
      await devices.publish('owntracks/hp-02/phone', location(117.53, 0.5049, 240));
      await devices.publish('posko/64.08/hp-diam/status', '{"online":true}');
      const { page, complaints } = await openPage(browser, posko.http);
      await untilPresence(page, 'hp-01', 'live');
      await untilPresence(page, 'hp-02', 'late');
      await untilPresence(page, 'hp-lama', 'lost');
      await untilPresence(page, 'hp-diam', 'no_fix');
      // the old place stays, with its age
      await untilDisplayed(page, 'hp-lama', 117.54);
      expect(await unitRow(page, 'hp-lama').innerText()).toMatch(/2\d mnt lalu[\s\S]*Hilang/);
      const counts = await page.locator('.presence-filter [data-count]').allInnerTexts();
      // one was never heard at all
      expect(counts).toEqual(['1', '1', '2', '1']);

      const filter = page.getByRole('group', { name: 'Saring unit menurut kehadiran' });
      await filter.getByRole('button', { name: /Terlambat/ }).click();
      await unitRow(page, 'hp-01').waitFor({ state: 'detached' });
      expect(await page.locator('[data-unit]').count()).toBe(1);
      await filter.getByRole('button', { name: /Hilang/ }).click();
      await unitRow(page, 'hp-lama').waitFor();
      expect(await page.locator('[data-unit]').count()).toBe(3);
      await filter.getByRole('button', { name: /Terlambat/ }).click();
      await filter.getByRole('button', { name: /Hilang/ }).click();

      // a fresh fix, and it is there again
      await devices.publish('owntracks/hp-02/phone', location(117.531, 0.5049));
      await untilPresence(page, 'hp-02', 'live');
      await devices.publish('owntracks/hp-lama/phone', location(117.541, 0.51));
      await untilPresence(page, 'hp-lama', 'live');
      await page.locator('[data-count="lost"]', { hasText: '1' }).waitFor();
      expect(complaints).toEqual([]);
    });

    it('says of a unit when it was last heard, and its last SOS', async () => {
      await devices.publish('posko/64.08/hp-diam/sos', '{"text":"butuh bantuan"}');
      const { page } = await openPage(browser, posko.http);
      await unitRow(page, 'hp-diam').click();
      const details = page.getByRole('region', { name: 'HP-DIAM' });
      await details.locator('[data-field="sos"]').waitFor();
      expect(await details.locator('[data-field="sos"]').innerText()).toContain('butuh bantuan');
      expect(await details.locator('[data-field="presence"]').innerText()).toContain(
        'Tanpa posisi',
      );
      expect(await details.locator('[data-field="contact"]').innerText()).toMatch(/dtk lalu/);
    });

    it('lets an unknown tracker in with one click, with the secret that it has, and it moves on the map', async () => {
      const knocking = knock('hp-baru', 'rahasia-yang-dipilih-sendiri');
      try {
        const { page, complaints } = await enter('budi');
        await page.locator('.waiting-button[data-waiting="1"]').waitFor();
        await waitingButton(page).click();
        const dialog = page.getByRole('dialog', { name: 'Ruang tunggu' });
        await dialog.getByRole('button', { name: 'Terima hp-baru di 64.08' }).click();
        await dialog.getByText('hp-baru diterima.').waitFor();
        await dialog.getByText('Tidak ada yang menunggu.').waitFor();
        await page.keyboard.press('Escape');
        expect(
          await waitingButton(page).evaluate((element) => element === document.activeElement),
        ).toBe(true);
        const device = await knocking.admitted;
        await device.publishAsync('owntracks/hp-baru/phone', location(117.55, 0.52, 5), { qos: 1 });
        await untilDisplayed(page, 'hp-baru', 117.55);
        await device.publishAsync('owntracks/hp-baru/phone', location(117.551, 0.52), { qos: 1 });
        await untilDisplayed(page, 'hp-baru', 117.551);
        expect(beyondRefusals(complaints)).toEqual([]);
      } finally {
        await knocking.end();
      }
    });

    it('tells the second of two operators that it is done', async () => {
      const knocking = knock('hp-dua', 'rahasia-yang-dipilih-sendiri');
      try {
        const [first, second] = [await enter('budi'), await enter('citra')];
        for (const { page } of [first, second]) {
          await page.locator('.waiting-button[data-waiting="1"]').waitFor();
          await waitingButton(page).click();
          await page.getByRole('button', { name: 'Terima hp-dua dengan rincian' }).click();
          await page.getByLabel('Tanda panggil').fill('Bravo 2');
        }
        const form = (page: Page) => page.getByRole('form', { name: 'Terima hp-dua' });
        await form(first.page).getByRole('button', { name: 'Terima' }).click();
        await first.page.getByText('hp-dua diterima.').waitFor();
        await form(second.page).getByRole('button', { name: 'Terima' }).click();
        await second.page
          .getByRole('alert')
          .getByText(/sudah diterima/)
          .waitFor();
        await unitRow(first.page, 'hp-dua').getByText('Bravo 2').waitFor();
      } finally {
        await knocking.end();
      }
    });

    it('gives one without a secret a new one, shown once with a QR code, and sends others away', async () => {
      for (const id of ['hp-tanpa', 'hp-salah']) {
        const answer = await fetch(`${posko.http}/in/osmand?id=${id}&lat=0.5&lon=117.5`);
        expect(answer.ok).toBe(false);
      }
      const { page } = await enter('budi');
      await page.locator('.waiting-button[data-waiting="2"]').waitFor();
      await waitingButton(page).click();
      await page.getByRole('button', { name: 'Singkirkan hp-salah dari ruang tunggu' }).click();
      await page.getByRole('button', { name: 'Singkirkan hp-salah dari ruang tunggu' }).click();
      await page.getByText('hp-salah disingkirkan.').waitFor();
      await page.getByRole('button', { name: 'Terima hp-tanpa di 64.08' }).click();
      const made = page.locator('[data-made="hp-tanpa"]');
      await made.getByRole('img', { name: /^Kode QR/ }).waitFor();
      const secret = await made.getByLabel('Rahasia (kata sandi)').inputValue();
      await made.getByText('Traccar Client', { exact: true }).click();
      const url = await made.getByLabel('URL server untuk Traccar Client').inputValue();
      expect(url).toMatch(/^http:\/\/posko\.example\.id:\d+\/in\/osmand\?secret=/);
      await page.getByRole('button', { name: 'Sudah saya pasang' }).click();
      expect(await page.getByText(secret).count()).toBe(0);
      const path = `/in/osmand?id=hp-tanpa&secret=${encodeURIComponent(secret)}&lat=0.5&lon=117.5`;
      await expect.poll(async () => (await fetch(`${posko.http}${path}`)).status).toBe(200);
    });

    it('adds a tracker, which connects with its secret until it has a new one', async () => {
      const { page, complaints } = await enter('fajar');
      await openFromMenu(page, 'Pelacak');
      await page.getByRole('button', { name: 'Tambah pelacak' }).click();
      await page.keyboard.type('awc-1');
      await page.getByLabel('Tanda panggil').fill('Badak 1');
      await page.getByLabel('Jenis').selectOption('water_cannon');
      await page.getByRole('button', { name: 'Tambah', exact: true }).click();
      const field = page.getByLabel('Rahasia (kata sandi)');
      await field.waitFor();
      const password = await field.inputValue();
      await page.getByRole('button', { name: 'Sudah saya pasang' }).click();
      await page.locator('[data-tracker="awc-1"]').waitFor();
      const device = await connectAsync(posko.mqtt, {
        username: 'awc-1',
        password,
        reconnectPeriod: 0,
      });
      const ended = new Promise<void>((resolve) => device.once('close', () => resolve()));

      await page.getByRole('searchbox').last().fill('badak');
      await page.getByRole('button', { name: 'Ubah awc-1' }).click();
      await page.getByLabel('Tanda panggil').fill('Badak 7');
      await page.getByRole('combobox', { name: 'Zona waktu' }).fill('Asia/Makassar');
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Simpan' }).click();
      await page.getByText('Tersimpan.').waitFor();
      await page.getByRole('button', { name: 'Buat rahasia baru' }).click();
      await page.getByRole('button', { name: 'Buat rahasia baru' }).click();
      await field.waitFor();
      expect(await field.inputValue()).not.toBe(password);
      // the old one stops working at once
      await ended;
      await page.getByRole('button', { name: 'Sudah saya pasang' }).click();
      const row = page.locator('[data-tracker="awc-1"]');
      await row.getByText('Badak 7').waitFor();
      expect(await row.innerText()).toContain('Asia/Makassar');
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('gives a tracker to another unit as its backup', async () => {
      for (const id of ['unit-gajah', 'hp-gajah']) {
        await orderAsOperator(posko.http, 'POST', '/trackers', { id, region: '64.08' });
      }
      const { page, complaints } = await enter('fajar');
      await openFromMenu(page, 'Pelacak');
      await page.getByRole('searchbox').last().fill('gajah');
      await page.getByRole('button', { name: 'Ubah hp-gajah' }).click();
      const unit = page.getByRole('combobox', { name: 'ID unit' });
      await unit.fill('unit-');
      await page.getByRole('option', { name: 'unit-gajah' }).click();
      expect(await unit.inputValue()).toBe('unit-gajah');
      await page.getByLabel('Peran').selectOption('backup');
      await page.getByRole('button', { name: 'Serahkan ke unit ini' }).click();
      // the form above tells of the unit that carries it now
      await expect.poll(() => page.getByLabel('Tanda panggil').inputValue()).toBe('unit-gajah');
      await page.getByRole('button', { name: 'Kembali' }).click();
      await page.locator('[data-tracker="hp-gajah"]').getByText('cadangan').waitFor();
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('adds a gateway, changes it, and removes it', async () => {
      const { page } = await enter('fajar');
      await openFromMenu(page, 'Pelacak');
      await page.getByRole('tab', { name: 'Gateway' }).click();
      await page.getByRole('button', { name: 'Tambah gateway' }).click();
      await page.keyboard.type('gw-lora');
      await page.getByLabel('Nama', { exact: true }).fill('LoRa Sangatta');
      await page.getByLabel('Topik').fill('posko/64.08/+/fix');
      await page.getByRole('textbox', { name: 'Pelacak' }).fill('hp-01 hp-02');
      await page.getByRole('button', { name: 'Tambah', exact: true }).click();
      await page.getByLabel('Rahasia (kata sandi)').waitFor();
      await page.getByRole('button', { name: 'Sudah saya pasang' }).click();
      const row = page.locator('[data-gateway="gw-lora"]');
      await row.getByRole('button', { name: 'Ubah gw-lora' }).click();
      await page.getByRole('textbox', { name: 'Pelacak' }).fill('hp-01 hp-99');
      await page.getByRole('button', { name: 'Simpan' }).click();
      await page.getByRole('alert').waitFor();
      await page.getByRole('textbox', { name: 'Pelacak' }).fill('hp-01');
      await page.getByRole('button', { name: 'Simpan' }).click();
      await page.getByText('Tersimpan.').waitFor();
      await page.getByRole('button', { name: 'Hapus gateway' }).click();
      await page.getByRole('button', { name: 'Hapus gateway' }).click();
      await page.getByText('Belum ada gateway.').waitFor();
    });

    it('explains a bad message, and sends it again when its cause is mended', async () => {
      await devices.publish('posko/64.08/hp-01/fix', '{"lon":117.5');
      // nobody of that name is registered so far
      const gateway = { id: 'lora-nanti', region: '64.08', name: 'LoRa', trackerIds: [] };
      const made = await orderAsOperator(posko.http, 'POST', '/gateways', {
        ...gateway,
        topics: ['posko/64.08/+/fix'],
      });
      const { secret: password } = made as { secret: string };
      // the door hears of it a moment later
      const radio = await vi.waitFor(
        () => connectAsync(posko.mqtt, { username: gateway.id, password, reconnectPeriod: 0 }),
        10_000,
      );
      const late = nativeFix(117.56, 0.53);
      await radio.publishAsync('posko/64.08/hp-nanti/fix', late, { qos: 1 });
      await radio.endAsync();
      const { page, complaints } = await enter('fajar');
      await openFromMenu(page, 'Pesan ditolak');
      const dialog = page.getByRole('dialog', { name: 'Pesan ditolak' });
      const reload = dialog.getByRole('button', { name: 'Tampilkan', exact: true });
      const row = (text: string) => dialog.locator('[data-dead-letter]', { hasText: text });
      await untilShown(row('Bukan JSON'), () => reload.click());
      await row('Bukan JSON').getByRole('button').last().click();
      await dialog.getByText(/^Isi pesan harus JSON/).waitFor();
      expect(await dialog.locator('[data-raw="text"]').innerText()).toBe('{"lon":117.5');
      expect(await dialog.locator('[data-raw="hex"]').innerText()).toContain('7b 22 6c 6f 6e');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('link', { name: 'Unduh' }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^deadletter-\d+\.bin$/);
      await dialog.getByRole('button', { name: 'Kembali ke daftar' }).click();

      const refused = row('hp-nanti');
      await untilShown(refused, () => reload.click());
      await refused.getByRole('checkbox').click();
      await dialog.getByRole('button', { name: 'Kirim ulang (1)' }).click();
      await refused.getByText(/tetap: pelacaknya belum terdaftar/).waitFor();
      await orderAsOperator(posko.http, 'POST', '/trackers', { id: 'hp-nanti', region: '64.08' });
      await unitRow(page, 'hp-nanti').waitFor();
      await refused.getByRole('checkbox').click();
      await dialog.getByRole('button', { name: 'Kirim ulang (1)' }).click();
      await refused.getByText('terkirim ulang').waitFor();
      await untilDisplayed(page, 'hp-nanti', 117.56);
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('shows none of this to those who may only look', async () => {
      const { page } = await enter('gilang');
      expect(await waitingButton(page).count()).toBe(0);
      await page.getByRole('button', { name: /^Akun: / }).click();
      await page.getByRole('menuitem', { name: 'Akun saya' }).waitFor();
      const entries = await page.getByRole('menuitem').allInnerTexts();
      expect(entries).toEqual(['Akun saya', 'Aturan alarm', 'Token', 'Keluar']);
    });

    const nativeFix = (lon: number, lat: number): string =>
      JSON.stringify({ fixedAt: Date.now(), lon, lat, accuracyM: 8 });

    /** Somebody unknown who tries to come in until they may. */
    function knock(username: string, password: string) {
      const { promise, resolve } = Promise.withResolvers<MqttClient>();
      const device = connect(posko.mqtt, {
        username,
        password,
        reconnectPeriod: 300,
        reconnectOnConnackError: true,
      });
      device.on('connect', () => resolve(device));
      // refused, until it is let in
      device.on('error', () => {});
      return { admitted: promise, end: () => device.endAsync(true) };
    }
  },
);

/** Looks again until it is there: a dead letter is written a moment after it was refused. */
async function untilShown(row: Locator, lookAgain: () => Promise<void>): Promise<void> {
  await expect
    .poll(
      async () => {
        const count = await row.count();
        if (count === 0) await lookAgain();
        return count;
      },
      { interval: 300, timeout: 20_000 },
    )
    .toBeGreaterThan(0);
}
