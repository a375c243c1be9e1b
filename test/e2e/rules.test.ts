import { createServer, type Server } from 'node:http';
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
import { addPeople, openFromMenu, signIn } from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

// whole ways through the page, with the map drawn in software
vi.setConfig({ testTimeout: 240_000 });

const trackerIds = ['hp-01', 'hp-02', 'hp-03', 'hp-04', 'hp-05', 'hp-06'];

let posko: TestPosko;
let browser: Browser;

describe.skipIf(!mayRun)(
  mayRun
    ? 'rules and webhooks on the page'
    : 'rules and webhooks on the page (skipped: no /usr/bin/chromium)',
  () => {
    beforeAll(async () => {
      const prepare = (pool: Parameters<typeof addPeople>[0]): Promise<void> =>
        addPeople(pool, {
          dewi: [{ role: 'administrator', region: '*' }],
          gilang: [{ role: 'viewer', region: '64.08' }],
          kapolres: [{ role: 'commander', region: '64.08' }],
        });
      [posko, browser] = await Promise.all([runPosko(trackerIds, { prepare }), launchChromium()]);
    });
    afterAll(async () => {
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

    async function enter(name: string, dialog: string) {
      const watched = await openAsStranger(browser, posko.http);
      await signIn(watched.page, name);
      await untilLive(watched.page);
      await openFromMenu(watched.page, dialog);
      return { ...watched, dialog: watched.page.getByRole('dialog', { name: dialog }) };
    }
    const ruleRow = (page: Page, id: string): Locator => page.locator(`[data-rule="${id}"]`);

    it('says in words what each rule watches, and switches one off and on again', async () => {
      const { page, complaints } = await enter('dewi', 'Aturan alarm');
      const ring = ruleRow(page, 'kpu-ring-1');
      await ring.waitFor();
      const said = await ring.innerText();
      expect(said).toMatch(/Masuk ke ring KPU oleh .*Mobil patroli.* yang tidak ditugaskan/);
      expect(said).toContain('bawaan Posko');
      await keepBothThemes(page, 'rules-list');
      const toggle = ring.getByRole('switch');
      await toggle.click({ force: true });
      await page.locator('[data-rule="kpu-ring-1"][data-enabled="false"]').waitFor();
      await toggle.click({ force: true });
      await page.locator('[data-rule="kpu-ring-1"][data-enabled="true"]').waitFor();
      expect(await ruleRow(page, 'sos').getByRole('switch').count()).toBe(0);
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('tries a rule on stored positions, warns, names what is wrong, and puts it in force', async () => {
      const devices = new TestTrackers(posko.mqtt);
      for (const id of trackerIds) {
        await devices.publish(
          `posko/64.08/${id}/fix`,
          JSON.stringify({
            ...{ fixedAt: Date.now(), lon: 117.5279, lat: 0.5049, accuracyM: 8, batteryPct: 20 },
          }),
        );
      }
      await devices.end();
      const { page, dialog, complaints } = await enter('kapolres', 'Aturan alarm');
      await dialog.getByRole('button', { name: 'Tambah aturan' }).click();
      expect(await dialog.getByLabel('Wilayah').inputValue()).toBe('64.08');
      await dialog.getByRole('button', { name: 'Simpan aturan' }).click();
      await dialog.getByText(/ID tidak benar/).waitFor();
      await dialog.getByLabel('ID', { exact: true }).fill('baterai-64-08');
      await dialog.getByLabel('Nama · Indonesia').fill('Baterai hampir habis');
      await dialog.getByLabel('Kejadian').selectOption('battery_low');
      await dialog.getByLabel('Di bawah (%)').fill('200');
      await dialog.getByLabel('Teks · Indonesia').fill('Baterai {unit} tinggal {value} %');
      await dialog.getByRole('button', { name: 'Simpan aturan' }).click();
      await dialog.getByText(/Kejadian tidak lengkap/).waitFor();
      await dialog.getByLabel('Di bawah (%)').fill('50');
      await dialog.getByRole('button', { name: 'Tambah langkah' }).click();
      await dialog.getByLabel('Yang dilakukan · Indonesia').fill('Minta unit mengisi daya');
      await dialog.getByLabel('Penanggung jawab · Indonesia').fill('Petugas posko');
      await dialog.getByRole('button', { name: 'Tambah eskalasi' }).click();
      await dialog.getByLabel('Belum diterima setelah (dtk)').fill('600');
      // what was published a moment ago is written in the next
      await expect
        .poll(
          async () => {
            await dialog.getByRole('button', { name: 'Coba pada 24 jam terakhir' }).click();
            await dialog.locator('[data-trial]').waitFor();
            return dialog.locator('[data-trial]').getAttribute('data-trial');
          },
          { timeout: 60_000, interval: 2_000 },
        )
        .toBe(String(trackerIds.length));
      await dialog.getByText(/cocok dengan 6 dari 6/).waitFor();
      await dialog.locator('[data-trial]').scrollIntoViewIfNeeded();
      await keepBothThemes(page, 'rules-trial');
      await dialog.getByRole('button', { name: 'Coba pada data kemarin' }).click();
      await page.locator('[data-trial="0"]').waitFor();
      await dialog.getByRole('button', { name: 'Simpan aturan' }).click();
      await dialog.getByText('Kembali ke daftar aturan').waitFor();
      await dialog.getByRole('button', { name: 'Lihat semua versi' }).click();
      await dialog.locator('[data-version="1"]', { hasText: 'kapolres' }).waitFor();
      await dialog.getByRole('button', { name: 'Kembali ke daftar aturan' }).click();
      expect(await ruleRow(page, 'baterai-64-08').innerText()).toMatch(
        /Baterai pelacak di bawah 50% \(di 64\.08\)/,
      );
      // what counts everywhere is not a regency's to change
      await ruleRow(page, 'kpu-ring-1')
        .getByRole('button', { name: /^Lihat aturan/ })
        .click();
      await dialog.getByLabel('Nama · Indonesia').waitFor();
      expect(await dialog.getByRole('button', { name: 'Simpan aturan' }).count()).toBe(0);
      await keepBothThemes(page, 'rules-form');
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('shows rules to those who may only look', async () => {
      const { page, dialog } = await enter('gilang', 'Aturan alarm');
      await ruleRow(page, 'sos').waitFor();
      await dialog.getByText('Anda dapat melihat aturan, tidak mengubahnya.').waitFor();
      expect(await dialog.getByRole('button', { name: 'Tambah aturan' }).count()).toBe(0);
      expect(await page.getByRole('switch').count()).toBe(0);
    });

    it('adds a webhook, whose secret is shown once, and tries it', async () => {
      const signatures: unknown[] = [];
      const target: Server = createServer((request, response) => {
        signatures.push(request.headers);
        response.writeHead(200).end('diterima');
      });
      await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
      const address = target.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      try {
        const { page, dialog, complaints } = await enter('dewi', 'Webhook');
        await dialog.getByText('Belum ada webhook.').waitFor();
        await dialog.getByRole('button', { name: 'Tambah webhook' }).click();
        await dialog.getByLabel('Nama').fill('Siaga kota');
        await dialog.getByLabel('Alamat (URL)').fill('bukan alamat');
        await dialog.getByRole('button', { name: 'Tambah', exact: true }).click();
        await dialog.getByText('Isi alamat https:// yang lengkap.').waitFor();
        await dialog.getByLabel('Alamat (URL)').fill(`http://127.0.0.1:${address.port}/posko`);
        await dialog.getByRole('button', { name: 'Tambah', exact: true }).click();
        const secret = await dialog.getByRole('textbox', { name: 'Rahasia' }).inputValue();
        expect(secret).toMatch(/^whsec_/);
        await dialog.getByRole('button', { name: 'Sudah saya simpan' }).click();
        expect(await page.getByText(secret).count()).toBe(0);
        await dialog.getByRole('button', { name: 'Lihat webhook Siaga kota' }).click();
        await dialog.getByRole('button', { name: 'Uji' }).click();
        await dialog.getByText(/Diterima: HTTP 200/).waitFor();
        expect(signatures).toHaveLength(1);
        await dialog.getByText('Semua terkirim.').waitFor();
        await keepBothThemes(page, 'webhook');
        await dialog.getByRole('button', { name: 'Matikan' }).click();
        await dialog.getByText('mati: dimatikan orang').waitFor();
        expect(beyondRefusals(complaints)).toEqual([]);
      } finally {
        await new Promise((resolve) => target.close(resolve));
      }
    });
  },
);
