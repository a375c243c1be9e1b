import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runPosko, stopPosko, type TestPosko } from '../integration/fixtures/runningPosko.ts';
import {
  beyondRefusals,
  hasChromium,
  keepScreenshot,
  launchChromium,
  openAsStranger,
  untilLive,
} from './fixtures/browser.ts';
import { addPeople, openFromMenu, password, passwordField, signIn } from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

vi.setConfig({ testTimeout: 120_000 });

let posko: TestPosko;
let browser: Browser;

describe.skipIf(!mayRun)(
  mayRun
    ? 'what people do to accounts'
    : 'what people do to accounts (skipped: /usr/bin/chromium is not installed)',
  () => {
    beforeAll(async () => {
      const run = runPosko(['hp-01'], {
        prepare: (pool) =>
          addPeople(pool, {
            budi: [{ role: 'viewer', region: '64.08' }],
            fajar: [{ role: 'administrator', region: '64.08' }],
            indra: [{ role: 'integrator', region: '64.08' }],
            joko: [{ role: 'dispatcher', region: '64.08' }],
          }),
      });
      [posko, browser] = await Promise.all([run, launchChromium()]);
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

    async function enter(name: string) {
      const watched = await openAsStranger(browser, posko.http);
      await signIn(watched.page, name);
      await untilLive(watched.page);
      return watched;
    }
    const form = (page: Page, name: string) => page.getByRole('form', { name, exact: true });
    async function edit(page: Page, name: string): Promise<void> {
      await openFromMenu(page, 'Pengguna');
      await page.getByRole('button', { name: `Ubah ${name}` }).click();
    }

    it('changes what somebody may, whom the page tells without being loaded anew', async () => {
      const [admin, budi] = await Promise.all([enter('fajar'), enter('budi')]);
      await edit(admin.page, 'budi');
      const roles = form(admin.page, 'Nama dan peran');
      await roles.getByLabel('Nama lengkap').fill('Budi Hartono');
      await roles.getByRole('button', { name: 'Tambah peran' }).click();
      const added = roles.getByRole('combobox', { name: 'Peran' }).nth(1);
      await added.selectOption({ label: 'Komandan' });
      const region = roles.getByRole('textbox', { name: 'Wilayah' }).nth(1);
      await region.fill('64.72');
      await roles.getByRole('button', { name: 'Simpan' }).click();
      await roles.getByText('Wilayah ini di luar kewenangan Anda.').waitFor();
      expect(await region.evaluate((field) => field === document.activeElement)).toBe(true);
      await region.fill('64.08.04');
      await region.press('Enter');
      await roles.getByText('Tersimpan.').waitFor();
      const told = 'Akun: Budi Hartono, Pengamat 64.08; Komandan 64.08.04';
      await budi.page.getByRole('button', { name: told }).waitFor();

      await roles.getByRole('button', { name: 'Hapus peran Pengamat 64.08' }).click();
      await roles.getByRole('button', { name: 'Simpan' }).click();
      const less = 'Akun: Budi Hartono, Komandan 64.08.04';
      await budi.page.getByRole('button', { name: less, exact: true }).waitFor();
      await admin.page.getByRole('button', { name: 'Kembali ke daftar' }).click();
      const row = admin.page.locator('[data-person="budi"]');
      await row.getByText('Komandan 64.08.04', { exact: true }).waitFor();
      expect(beyondRefusals([...admin.complaints, ...budi.complaints])).toEqual([]);
    });

    it('leads to the own account for what proves who one is', async () => {
      const { page } = await enter('fajar');
      await edit(page, 'fajar');
      await page.getByText(/^Ini akun Anda sendiri/).waitFor();
      expect(await form(page, 'Pasang kata sandi baru').count()).toBe(0);
      await page.getByRole('button', { name: 'Buka Akun saya' }).click();
      const changes = form(page, 'Ganti kata sandi');
      await passwordField(page, 'Kata sandi baru').fill('fajar fajar fajar');
      await passwordField(page, 'Ulangi kata sandi').fill('fajar fajar fajar');
      const old = changes.getByRole('textbox', { name: 'Kata sandi sekarang' });
      await old.fill('bukan yang ini juga');
      await page.keyboard.press('Enter');
      await changes.getByText('Ini bukan kata sandi Anda yang sekarang.').waitFor();
      await old.fill(password);
      await page.keyboard.press('Enter');
      await changes.getByText(/^Kata sandi ini termasuk yang pertama/).waitFor();
      expect(await changes.getByText(/^Ini bukan kata sandi Anda/).count()).toBe(0);
    });

    it('gives somebody a new password, which ends their sessions and must be changed first', async () => {
      const [admin, joko] = await Promise.all([enter('fajar'), enter('joko')]);
      await edit(admin.page, 'joko');
      const sets = form(admin.page, 'Pasang kata sandi baru');
      await passwordField(admin.page, 'Kata sandi sementara').fill('sementara untuk joko');
      await passwordField(admin.page, 'Ulangi kata sandi').fill('sementara untuk jaka');
      await sets.getByRole('button').last().click();
      await sets.getByText('Kedua isian kata sandi tidak sama.').waitFor();
      await passwordField(admin.page, 'Ulangi kata sandi').fill('sementara untuk joko');
      await passwordField(admin.page, 'Ulangi kata sandi').press('Enter');
      await sets.getByText('Kata sandi baru terpasang.').waitFor();
      expect(await passwordField(admin.page, 'Kata sandi sementara').inputValue()).toBe('');

      const overlay = joko.page.getByRole('dialog', { name: 'Sesi berakhir' });
      await overlay.waitFor();
      await passwordField(joko.page).fill(password);
      await joko.page.keyboard.press('Enter');
      await overlay.getByRole('alert').waitFor();
      await passwordField(joko.page).fill('sementara untuk joko');
      await joko.page.keyboard.press('Enter');
      await joko.page.getByRole('heading', { name: 'Ganti kata sandi' }).waitFor();
      // nothing else is shown with a password that somebody else knows
      expect(await joko.page.locator('[data-unit]').count()).toBe(0);
      await passwordField(joko.page, 'Kata sandi sekarang').fill('sementara untuk joko');
      await passwordField(joko.page, 'Kata sandi baru').fill('hujan deras di Sangatta');
      await passwordField(joko.page, 'Ulangi kata sandi').fill('hujan deras di Sangatta');
      await joko.page.keyboard.press('Enter');
      await untilLive(joko.page);

      await admin.page.getByRole('button', { name: 'Kembali ke daftar' }).click();
      const row = admin.page.locator('[data-person="joko"]');
      await row.getByText('Aktif', { exact: true }).waitFor();
      expect(beyondRefusals([...admin.complaints, ...joko.complaints])).toEqual([]);
    });

    it('says before and after a change of password which tokens for scripts end with it', async () => {
      const { page, complaints } = await enter('indra');
      await openFromMenu(page, 'Token');
      await page.getByRole('button', { name: 'Buat token' }).click();
      await page.getByLabel('Nama token').fill('cadangan malam');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Selesai' }).click();
      await page.locator('[data-token="cadangan malam"]').waitFor();
      await page.keyboard.press('Escape');

      await openFromMenu(page, 'Akun saya');
      const account = page.getByRole('dialog', { name: 'Akun saya' });
      await account.getByText('akan berhenti bila kata sandi diganti: cadangan malam.').waitFor();
      const changes = form(page, 'Ganti kata sandi');
      await changes.getByRole('textbox', { name: 'Kata sandi sekarang' }).fill(password);
      await passwordField(page, 'Kata sandi baru').fill('hujan deras di Bontang');
      await passwordField(page, 'Ulangi kata sandi').fill('hujan deras di Bontang');
      await page.keyboard.press('Enter');
      await account.getByText('Token untuk skrip yang ikut berakhir: 1.').waitFor();
      await account.getByText('akan berhenti bila').waitFor({ state: 'detached' });
      await keepScreenshot(page, 'password-ended-tokens');
      await page.keyboard.press('Escape');
      await openFromMenu(page, 'Token');
      await page.locator('[data-token="cadangan malam"]').getByText('Dicabut').waitFor();
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('counts the session as used when somebody is there, and not by what the page asks itself', async () => {
      const { page } = await enter('fajar');
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      const counted: string[] = [];
      const automatic: string[] = [];
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        const isAutomatic = request.headers()['x-posko-automatic'] === '1';
        (isAutomatic ? automatic : counted).push(pathname);
      });
      await page.clock.install();
      await page.clock.runFor(61_000);
      const used = page.waitForRequest((request) => request.url().endsWith('/api/v1/session'));
      const asked = page.waitForRequest((request) => request.url().endsWith('/units/hp-01'));
      await page.getByRole('button', { name: /^HP-01/ }).click();
      await Promise.all([used, asked]);
      await page.getByRole('button', { name: 'Tutup rincian' }).click();
      expect(counted).toEqual(['/api/v1/session']);
      expect(automatic).toContain('/api/v1/units/hp-01');
    });
  },
);
