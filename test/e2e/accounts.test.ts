import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  addTestTracker,
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
import { runEmptyPosko } from './fixtures/emptyPosko.ts';
import {
  addPeople,
  openFromMenu,
  orderAsOperator,
  password,
  passwordField,
  signIn,
} from './fixtures/people.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';

// whole ways through the page, several of them on two screens, with the map drawn in software
vi.setConfig({ testTimeout: 120_000 });

let posko: TestPosko;
let browser: Browser;
let devices: TestTrackers;

describe.skipIf(!mayRun)(
  mayRun
    ? 'people and the page'
    : 'people and the page (skipped: /usr/bin/chromium is not installed)',
  () => {
    beforeAll(async () => {
      const run = runPosko(['hp-01'], {
        prepare: async (pool) => {
          await addTestTracker(pool, 'hp-samarinda', '64.72');
          await addPeople(pool, {
            budi: [{ role: 'dispatcher', region: '64.08' }],
            citra: [{ role: 'dispatcher', region: '64.72' }],
            dewi: [{ role: 'dispatcher', region: '64' }],
            eko: [{ role: 'dispatcher', region: '64.08' }],
            fajar: [{ role: 'administrator', region: '64.08' }],
            gita: [],
          });
        },
      });
      [posko, browser] = await Promise.all([run, launchChromium()]);
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

    const stranger = (path = '', options = {}) =>
      openAsStranger(browser, `${posko.http}${path}`, options);

    async function enter(name: string) {
      const watched = await stranger();
      await signIn(watched.page, name);
      await untilLive(watched.page);
      return watched;
    }

    let lastS = Math.floor(Date.now() / 1000) - 60;
    async function publish(trackerId: string, lon: number, lat: number): Promise<void> {
      lastS += 1;
      const message = { _type: 'location', tst: lastS, lon, lat, acc: 12 };
      await devices.publish(`owntracks/${trackerId}/phone`, JSON.stringify(message));
    }
    const untilDisplayed = (page: Page, unitId: string, lon: number) =>
      page.waitForFunction(
        ([id, wanted]) => {
          const at = window.posko?.displayed(String(id));
          return at !== null && at !== undefined && Math.abs(at[0] - Number(wanted)) < 1e-5;
        },
        [unitId, lon] as const,
      );
    const accountButton = (page: Page) => page.getByRole('button', { name: /^Akun: / });
    const isFocused = (page: Page, name: RegExp) =>
      accountButton(page).evaluate(
        (element, pattern) =>
          element === document.activeElement &&
          new RegExp(pattern).test(element.getAttribute('aria-label') ?? ''),
        name.source,
      );

    it('sets an installation up in one go, from the link on the console to the map', async () => {
      const empty = await runEmptyPosko();
      try {
        const waiting = await openAsStranger(browser, empty.http);
        await waiting.page.getByRole('heading', { name: 'Posko belum disiapkan' }).waitFor();
        const { page, complaints, requests } = await openAsStranger(browser, empty.setUpLink);
        await page.getByRole('heading', { name: 'Menyiapkan Posko' }).waitFor();
        expect(page.url()).toBe(`${empty.http}/`);
        // the link outlives being loaded anew, and stands in no address for it
        await page.reload();
        await page.getByRole('heading', { name: 'Menyiapkan Posko' }).waitFor();
        await page.getByLabel('Nama pengguna').fill('andi');
        await page.getByLabel('Nama lengkap').fill('Andi Saputra');
        await passwordField(page).fill('password1234');
        await passwordField(page, 'Ulangi kata sandi').fill('password1234');
        await page.keyboard.press('Enter');
        await page.getByText(/^Kata sandi ini termasuk yang pertama dicoba orang/).waitFor();
        const isMarked = await passwordField(page).evaluate(
          (field) => field === document.activeElement && field.matches('[aria-invalid="true"]'),
        );
        expect(isMarked).toBe(true);
        await passwordField(page).fill(password);
        await passwordField(page, 'Ulangi kata sandi').fill(password);
        await page.keyboard.press('Enter');
        await untilLive(page);
        expect(await accountButton(page).getAttribute('aria-label')).toBe(
          'Akun: Andi Saputra, Administrator, Komandan seluruh wilayah',
        );
        expect(beyondRefusals(complaints)).toEqual([]);
        expect(requests.filter((url) => url.includes('setup='))).toEqual([]);
        // whoever had the page open meanwhile can sign in now
        await waiting.page.getByRole('heading', { name: 'Masuk' }).waitFor();
        expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0);
        const late = await openAsStranger(browser, empty.setUpLink);
        await late.page.getByRole('heading', { name: 'Tautan ini tidak berlaku' }).waitFor();
      } finally {
        await empty.close();
      }
    });

    it('sets a second factor up, and asks for it or a recovery code at the next sign-in', async () => {
      const { page, complaints } = await enter('eko');
      await openFromMenu(page, 'Akun saya');
      const begin = page.getByRole('form', { name: 'Pasang langkah kedua' });
      // the form for a new password beside it asks for the same
      await begin.getByRole('textbox', { name: 'Kata sandi sekarang', exact: true }).fill(password);
      await page.keyboard.press('Enter');
      await begin.getByRole('img', { name: /^Kode QR/ }).waitFor();
      const secret = await page.getByRole('textbox', { name: 'Kunci' }).inputValue();
      const totp = new TOTP({ secret: Secret.fromBase32(secret) });
      await page.keyboard.type(totp.generate());
      await page.keyboard.press('Enter');
      const list = page.getByRole('list', { name: 'Kode pemulihan' });
      await list.waitFor();
      const [recoveryCode = '', nextCode = '', ...others] = await list
        .getByRole('listitem')
        .allInnerTexts();
      expect(others).toHaveLength(8);
      // the cookie was replaced meanwhile, and nobody was asked to sign in for it
      await page.getByRole('button', { name: 'Sudah saya simpan' }).click();
      await page.getByText('Terpasang: masuk memerlukan kode').waitFor();
      await page.getByText('Kode pemulihan yang belum dipakai: 10.').waitFor();
      await untilLive(page);
      await page.keyboard.press('Escape');
      expect(await isFocused(page, /Eko/)).toBe(true);
      await openFromMenu(page, 'Keluar');
      await page.getByRole('heading', { name: 'Masuk' }).waitFor();

      await signIn(page, 'eko');
      await page.getByText('Masuk sebagai eko').waitFor();
      await page.keyboard.type('000000');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      // a code counts once, and this period's was used to set the factor up
      await page
        .getByLabel(/^Kode dari aplikasi/)
        .fill(totp.generate({ timestamp: Date.now() + 30_000 }));
      await page.keyboard.press('Enter');
      await untilLive(page);
      await openFromMenu(page, 'Keluar');

      await signIn(page, 'eko');
      await page.getByRole('button', { name: 'Pakai kode pemulihan' }).click();
      await page.keyboard.type(recoveryCode.toLowerCase());
      await page.keyboard.press('Enter');
      await untilLive(page);

      // the phone is lost: a recovery code brings new ones, and one of those takes the factor away
      await openFromMenu(page, 'Akun saya');
      await page.getByText('Kode pemulihan yang belum dipakai: 9.').waitFor();
      const prove = async (what: string, code: string): Promise<void> => {
        await page.getByRole('button', { name: `${what}…` }).click();
        const proof = page.getByRole('form', { name: what });
        await proof.getByRole('button', { name: 'Pakai kode pemulihan' }).click();
        await proof.getByRole('textbox', { name: 'Kata sandi sekarang' }).fill(password);
        await proof.getByLabel('Kode pemulihan', { exact: true }).fill(code);
        await page.keyboard.press('Enter');
      };
      await prove('Buat kode pemulihan baru', nextCode);
      await list.waitFor();
      const [newCode = ''] = await list.getByRole('listitem').allInnerTexts();
      expect(newCode).not.toBe(recoveryCode);
      await page.getByRole('button', { name: 'Sudah saya simpan' }).click();
      await page.getByText('Kode pemulihan yang belum dipakai: 10.').waitFor();
      await keepScreenshot(page, 'second-factor-set');
      await prove('Lepas langkah kedua', newCode);
      await begin.waitFor();
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('asks for the password over the living map when the session ends, and goes on after it', async () => {
      await publish('hp-01', 117.52, 0.5);
      const { page, complaints } = await enter('budi');
      await untilDisplayed(page, 'hp-01', 117.52);
      await page.getByRole('button', { name: /^HP-01/ }).click();
      await page.getByRole('region', { name: 'HP-01' }).waitFor();
      await orderAsOperator(posko.http, 'DELETE', '/users/budi/sessions');

      const overlay = page.getByRole('dialog', { name: 'Sesi berakhir' });
      await overlay.waitFor();
      // still there behind it
      expect(await page.locator('[data-unit="hp-01"]').isVisible()).toBe(true);
      expect(await page.evaluate(() => window.posko?.displayed('hp-01')?.[0])).toBeCloseTo(117.52);
      expect(await overlay.getByLabel('Nama pengguna').inputValue()).toBe('budi');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      expect(await overlay.isVisible()).toBe(true);
      for (let i = 0; i < 8; i += 1) {
        await page.keyboard.press('Tab');
        const isBehind = await page.evaluate(() => {
          const at = document.activeElement;
          return at !== document.body && at?.closest('dialog') === null;
        });
        expect(isBehind).toBe(false);
      }
      const box = await overlay.boundingBox();
      const { x = 0, width = 0 } = (await page.locator('.map-area').boundingBox()) ?? {};
      const centreX = x + width / 2;
      // the unit that was centred is not under it, nor are the list and the details
      expect(box === null || box.x + box.width < centreX - 40).toBe(true);
      expect(box?.x).toBeGreaterThan(x);
      // tiles are refused meanwhile, which is no fault of the map
      await page.setViewportSize({ width: 1366, height: 900 });
      await page.setViewportSize({ width: 1366, height: 768 });
      await keepScreenshot(page, 'session-ended');
      await passwordField(page).fill('bukan yang ini juga');
      await page.keyboard.press('Enter');
      await overlay.getByRole('alert').waitFor();
      expect(await page.locator('.map-notice').count()).toBe(0);
      await passwordField(page).fill(password);
      await page.keyboard.press('Enter');
      await overlay.waitFor({ state: 'detached' });
      await untilLive(page);
      await publish('hp-01', 117.521, 0.5);
      await untilDisplayed(page, 'hp-01', 117.521);
      // what was chosen before is chosen still
      expect(await page.getByRole('region', { name: 'HP-01' }).isVisible()).toBe(true);
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      expect(beyondRefusals(complaints)).toEqual([]);
    });

    it('notices an ended session from an answer too, before the socket says so', async () => {
      const { page } = await enter('budi');
      // what the page asks by itself every few seconds would notice it too, at any moment
      await page.route('**/api/v1/waiting', () => undefined);
      await page.context().clearCookies();
      await openFromMenu(page, 'Token');
      await page.getByRole('dialog', { name: 'Sesi berakhir' }).waitFor();
      await page.keyboard.press('Escape');
      // the dialog under it is still open when it is over
      await passwordField(page).fill(password);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Sesi berakhir' }).waitFor({ state: 'detached' });
      // and has what was refused meanwhile
      await page.getByRole('dialog', { name: 'Token' }).getByText('Belum ada token.').waitFor();
    });

    it('waits after failures, says how long, and goes on by itself with what was typed', async () => {
      const { page } = await stranger();
      await page.clock.install();
      for (const attempt of ['satu', 'dua', 'tiga']) {
        await signIn(page, 'dewi', `salah ke-${attempt}`);
        await page.getByRole('alert').waitFor();
        await page.waitForFunction(() => document.querySelector('[data-loading]') === null);
      }
      // the page's clock stands still while it is looked at: the wait is of one second
      await page.clock.pauseAt(Date.now() + 2000);
      await signIn(page, 'dewi');
      await page.getByText(/Dicoba lagi sendiri dalam \d+ dtk/).waitFor();
      expect(await page.getByLabel('Nama pengguna').inputValue()).toBe('dewi');
      expect(await passwordField(page).inputValue()).toBe(password);
      await keepScreenshot(page, 'sign-in-waits');
      await page.clock.resume();
      await untilLive(page);
    });

    it('shows two people of different regions theirs and nothing else, side by side', async () => {
      const [budi, citra] = await Promise.all([enter('budi'), enter('citra')]);
      await publish('hp-01', 117.522, 0.5);
      await publish('hp-samarinda', 117.15, -0.5);
      await untilDisplayed(budi.page, 'hp-01', 117.522);
      await untilDisplayed(citra.page, 'hp-samarinda', 117.15);
      const units = (page: Page) =>
        page
          .locator('[data-unit]')
          .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-unit')));
      expect(await units(budi.page)).toEqual(['hp-01']);
      expect(await units(citra.page)).toEqual(['hp-samarinda']);
      const other = (page: Page, id: string) =>
        page.evaluate((unitId) => window.posko?.displayed(unitId), id);
      expect(await other(budi.page, 'hp-samarinda')).toBeNull();
      expect(await other(citra.page, 'hp-01')).toBeNull();
    });

    it('shows what was granted a moment ago, without being loaded anew', async () => {
      const { page } = await enter('dewi');
      await page.locator('[data-unit="hp-samarinda"]').waitFor();
      const grants = [{ role: 'commander', region: '64.08' }];
      await orderAsOperator(posko.http, 'PATCH', '/users/dewi', { grants });
      await page.locator('[data-unit="hp-samarinda"]').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Akun: Dewi Saputra, Komandan 64.08' }).waitFor();
      await openFromMenu(page, 'Log');
      await orderAsOperator(posko.http, 'PATCH', '/users/dewi', { grants: [] });
      await page.getByRole('heading', { name: 'Belum ada peran untuk Anda' }).waitFor();
      expect(await page.locator('[data-unit]').count()).toBe(0);
    });

    it('opens a wall screen by its link, which shows and nothing more, until it is revoked', async () => {
      const { page } = await openPage(browser, posko.http);
      await openFromMenu(page, 'Token');
      await page.getByRole('button', { name: 'Buat token' }).click();
      await page.getByLabel('Nama token').fill('Layar ruang kendali');
      // whoever rules everything names what a token is for
      await page.keyboard.press('Enter');
      await page.getByText(/^Tulis wilayahnya/).waitFor();
      await page.getByRole('textbox', { name: 'Wilayah' }).fill('64.08');
      await keepScreenshot(page, 'make-token');
      await page.keyboard.press('Enter');
      const link = await page.getByLabel('Tautan layar dinding').inputValue();
      await page.getByRole('button', { name: 'Selesai' }).click();

      const wall = await openAsStranger(browser, link);
      await untilLive(wall.page);
      expect(wall.page.url()).toBe(`${posko.http}/`);
      expect(wall.requests.filter((url) => url.includes('posko_'))).toEqual([]);
      await wall.page.getByText('Layar dinding').waitFor();
      expect(await accountButton(wall.page).count()).toBe(0);
      expect(await wall.page.getByRole('searchbox').count()).toBe(0);
      await keepScreenshot(wall.page, 'wall');
      await wall.page.locator('[data-unit="hp-01"]').waitFor();
      expect(await wall.page.locator('[data-unit]').count()).toBe(1);
      // the link is needed once
      await wall.page.reload();
      await untilLive(wall.page);

      await page.getByRole('button', { name: 'Cabut token Layar ruang kendali' }).click();
      await page.getByRole('button', { name: 'Cabut token Layar ruang kendali' }).click();
      await wall.page.getByRole('dialog', { name: /tidak berlaku lagi/ }).waitFor();
      expect(await wall.page.locator('[data-unit="hp-01"]').count()).toBe(1);
    });

    it('adds a person, who makes a password of their own first, and logs it', async () => {
      const { page, complaints } = await enter('fajar');
      await openFromMenu(page, 'Pengguna');
      const people = page.getByRole('dialog', { name: 'Pengguna' });
      // people of other regions are none of this administrator's business
      await page.locator('[data-person="budi"]').waitFor();
      expect(await page.locator('[data-person="citra"]').count()).toBe(0);
      await people.getByRole('button', { name: 'Tambah pengguna' }).click();
      await page.keyboard.type('budi');
      await page.getByLabel('Nama lengkap').fill('Budi yang lain');
      await passwordField(page, 'Kata sandi sementara').fill('sementara untuk heri');
      await passwordField(page, 'Ulangi kata sandi').fill('sementara untuk heri');
      await page.getByRole('textbox', { name: 'Wilayah' }).fill('64');
      await page.getByRole('button', { name: 'Tambah', exact: true }).click();
      await people.getByText('Wilayah ini di luar kewenangan Anda.').waitFor();
      await page.getByRole('textbox', { name: 'Wilayah' }).fill('64.08.04');
      await page.getByRole('button', { name: 'Tambah', exact: true }).click();
      await people.getByText('Nama ini sudah dipakai.').waitFor();
      await page.getByLabel('Nama pengguna').fill('heri');
      await page.keyboard.press('Enter');
      await page.locator('[data-person="heri"]').getByText('Operator 64.08.04').waitFor();
      await page.keyboard.press('Escape');
      expect(await isFocused(page, /Fajar/)).toBe(true);

      const heri = await stranger();
      await signIn(heri.page, 'heri', 'sementara untuk heri');
      await heri.page.getByRole('heading', { name: 'Ganti kata sandi' }).waitFor();
      await passwordField(heri.page, 'Kata sandi sekarang').fill('sementara untuk heri');
      await passwordField(heri.page, 'Kata sandi baru').fill(password);
      await passwordField(heri.page, 'Ulangi kata sandi').fill(password);
      await heri.page.keyboard.press('Enter');
      await untilLive(heri.page);

      await openFromMenu(page, 'Log');
      const added = page.locator('[data-action="user.created"]').first();
      await added.getByText('pengguna heri').waitFor();
      expect(await added.innerText()).toContain('Pengguna ditambahkan');
      expect(beyondRefusals([...complaints, ...heri.complaints])).toEqual([]);
    });

    it('offers only what the roles allow', async () => {
      const { page } = await enter('budi');
      await accountButton(page).click();
      expect(await page.getByRole('menuitem').allInnerTexts()).toEqual([
        'Akun saya',
        'Aturan alarm',
        'Token',
        'Keluar',
      ]);
      await page.getByRole('menuitem', { name: 'Token' }).click();
      await page.getByText('Belum ada token.').waitFor();
      expect(await page.getByRole('button', { name: 'Buat token' }).count()).toBe(0);
      const nobody = await stranger();
      await signIn(nobody.page, 'gita');
      await nobody.page.getByRole('heading', { name: 'Belum ada peran untuk Anda' }).waitFor();
      expect(nobody.requests.some((url) => url.endsWith('/api/v1/live'))).toBe(false);
    });

    it.each([
      [1920, 1080, 'dark'],
      [1920, 1080, 'light'],
      [1366, 768, 'dark'],
      [1366, 768, 'light'],
    ] as const)('fits every account page on %i x %i, theme %s', async (width, height, theme) => {
      const name = (what: string): string => `${what}-${width}x${height}-${theme}`;
      const viewport = { width, height };
      const { page, complaints } = await stranger('', { viewport });
      if (theme === 'light') await page.getByRole('button', { name: 'Tema terang' }).click();
      const keep = async (what: string): Promise<void> => {
        await keepScreenshot(page, name(what));
        const overflow = await page.evaluate(() => {
          const wide = [...document.querySelectorAll('[role="dialog"], dialog, html')];
          return wide.map((element) => element.scrollWidth - element.clientWidth);
        });
        expect(Math.max(...overflow)).toBe(0);
      };
      await page.getByRole('heading', { name: 'Masuk' }).waitFor();
      await keep('sign-in');
      await signIn(page, 'fajar');
      await untilLive(page);
      await page.waitForFunction(() => window.posko?.isMapDrawn());
      await page.getByRole('button', { name: /^HP-01/ }).click();
      for (const [item, shown] of [
        ['Akun saya', 'Perangkat'],
        ['Pengguna', 'Keadaan'],
        ['Token', 'Buat token'],
        ['Log', 'Tindakan'],
      ] as const) {
        await openFromMenu(page, item);
        await page.getByRole('dialog', { name: item }).getByText(shown).first().waitFor();
        await keep(item.toLowerCase().replace(' ', '-'));
        if (item === 'Pengguna') {
          await page.getByRole('tab', { name: 'Hak tiap peran' }).click();
          await page.getByRole('cell', { name: 'boleh' }).first().waitFor();
          await keep('matrix');
          await page.getByRole('tab', { name: 'Pengguna' }).click();
          await page.getByRole('button', { name: 'Ubah budi' }).click();
          await page.getByRole('button', { name: 'Nonaktifkan…' }).click();
          await page.getByText(/tidak dapat masuk sampai diaktifkan lagi/).waitFor();
          await keep('edit-person');
          await page.getByRole('button', { name: 'Kembali ke daftar' }).click();
          await page.getByRole('button', { name: 'Tambah pengguna' }).click();
          await page.getByRole('button', { name: 'Tambah', exact: true }).click();
          await page.getByText('Isi nama lengkap.').waitFor();
          await keep('add-person');
        }
        await page.keyboard.press('Escape');
        await page.getByRole('dialog', { name: item }).waitFor({ state: 'detached' });
      }
      await orderAsOperator(posko.http, 'DELETE', '/users/fajar/sessions');
      await page.getByRole('dialog', { name: 'Sesi berakhir' }).waitFor();
      await keep('session-ended');
      expect(beyondRefusals(complaints)).toEqual([]);
    });
  },
);
