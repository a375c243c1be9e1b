import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { addFence, listFences } from '../../../server/storage/fenceStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { findOperation } from '../../../server/storage/operationStore.ts';
import { installationOfFile } from './installation.ts';

const installation = installationOfFile();
const posko = (...args: readonly string[]) => installation().posko(args);
const folder = mkdtempSync(path.join(os.tmpdir(), 'posko-sites-'));
afterAll(() => rmSync(folder, { recursive: true }));

const operation = ['--name=Mantap Praja', '--region=64.08', '--from=2024-08-26'] as const;

beforeEach(async () => {
  await installation().database.pool.query('truncate operations, fences cascade');
});

function fileOf(name: string, ...lines: readonly string[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, lines.join('\n'));
  return file;
}

const voting = '--phase=voting=2024-11-27T07:00+08:00/2024-11-27T13:00+08:00';
const addOperation = () => posko('operation', 'add', 'mp', ...operation);
const header = 'kode,nama,kerawanan,wilayah,bujur,lintang';
const goodLine = 't-1,TPS 1,rawan,64.08.04,117.5279,0.5049';

describe('operation', () => {
  it('is added with its phases, and listed', async () => {
    const end = await posko(
      ...['operation', 'add', 'mp', ...operation, '--to=2024-12-16', '--exercise'],
      voting,
    );
    expect(end).toEqual({
      status: 0,
      error: '',
      output: 'Added operation mp (Mantap Praja) with 1 phase(s).\n',
    });
    const list = await posko('operation', 'list');
    expect(list.output).toBe(
      'mp\t64.08\tMantap Praja\texercise\t2024-08-26T00:00:00.000Z\t2024-12-16T00:00:00.000Z\tvoting 2024-11-26T23:00:00.000Z\n',
    );
    expect(await addOperation()).toMatchObject({
      status: 1,
      error: 'The operation was not added: there is already an operation "mp".\n',
    });
  });

  it('is added with what it requires of its sites by their class, and in which hours', async () => {
    const plan = {
      byClass: { rawan: { voting: { polri: 2 } } },
      hours: { voting: [{ fromMs: 1_732_662_000_000, toMs: 1_732_683_600_000 }] },
    };
    const file = fileOf('plan.json', JSON.stringify(plan));
    const end = await posko('operation', 'add', 'mp', ...operation, voting, `--plan=${file}`);
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(await findOperation(installation().database.pool, 'mp')).toMatchObject({ plan });
  });

  it.each([
    ['{"byClass": ', /is no JSON/],
    ['[]', /is wrong: plan must be object\. See operation add --help/],
    [
      '{"byClass": {"rawan": {"voting": {"polri": "2"}}}}',
      /plan\/byClass\/rawan\/voting\/polri must be integer/,
    ],
    ['{"hours": {"voting": {}}}', /plan\/hours\/voting must be array/],
    ['{"byClas": {}}', /plan has no property byClas\./],
    [
      '{"byClass": {"rawan": {"voting": {"marines": 1}}}}',
      /plan\/byClass\/rawan\/voting has no property marines/,
    ],
    ['{"byClass": {"rawan": {"voting": {"polri": -1}}}}', /not added: of sites of class rawan/],
    [
      '{"byClass": {"rawan": {"voting": {"polri": 1}}}}',
      /the plan names phases that the operation does not have: voting; it has none/,
    ],
  ])('is not added with the plan %s', async (text, error) => {
    const file = fileOf('bad.json', text);
    const end = await posko('operation', 'add', 'mp', ...operation, `--plan=${file}`);
    expect(end).toMatchObject({ status: 1, error: expect.stringMatching(error) });
    const none = await posko('operation', 'add', 'mp', ...operation, '--plan=/none/plan.json');
    expect(none).toMatchObject({ status: 1, error: expect.stringMatching(/\(ENOENT\)/) });
  });

  it('is not added with a phase that does not lie in it', async () => {
    const end = await posko('operation', 'add', 'mp', ...operation, '--to=2024-11-27', voting);
    expect(end).toMatchObject({
      status: 1,
      error: expect.stringMatching(/not added: the phase voting .* does not lie in its operation/),
    });
  });

  it.each([
    [['add'], /the id of the operation is missing/],
    [['add', 'mp', '--region=64.08', '--from=2024-08-26'], /--name is missing/],
    [['add', 'mp', '--name=x', '--from=2024-08-26'], /--region is missing/],
    [['add', 'mp', '--name=x', '--region=64.08'], /--from is missing/],
    [['add', 'mp', ...operation, '--phase=voting'], /--phase is "voting"/],
  ])('is called rightly, or told how: %o', async (args, error) => {
    const end = await posko('operation', ...args);
    expect(end).toMatchObject({ status: 2, error: expect.stringMatching(error) });
  });
});

describe('sites import', () => {
  it('writes the sites of a file with progress, and the same once more changes nothing', async () => {
    await addOperation();
    const file = fileOf('good.csv', header, goodLine, 't-2,TPS 2,,64.08.05,117.6,0.6');
    const dry = await posko('sites', 'import', file, '--operation=mp', '--dry-run');
    expect(dry).toMatchObject({
      status: 0,
      output:
        'Read 2 of 2 lines.\n2 lines: 2 would be added, 0 would be changed, 0 unchanged, 0 refused.\n',
    });
    expect((await posko('sites', 'list')).output).toBe('');
    const end = await posko('sites', 'import', file, '--operation=mp');
    expect(end).toEqual({
      status: 0,
      error: '',
      output:
        'Read 2 of 2 lines.\nWrote 2 of 2 sites.\n2 lines: 2 added, 0 changed, 0 unchanged, 0 refused.\n',
    });
    const again = await posko('sites', 'import', file, '--operation=mp');
    expect(again.output).toMatch(/0 added, 0 changed, 2 unchanged/);
    const list = await posko('sites', 'list', '--region=64.08.04', '--class=rawan');
    expect(list.output).toBe('t-1\t1\t64.08.04\ttps\trawan\t117.5279\t0.5049\tTPS 1\n');
    const before = await posko('sites', 'list', '--at=2020-01-01');
    expect(before.output).toBe('');
    const [entry] = await readLog(installation().database.pool, {
      before: undefined,
      limit: 1,
      regions: undefined,
    });
    expect(entry).toMatchObject({
      actor: 'cli',
      action: 'operation.sites_imported',
      subject: 'operation:mp',
      region: '64.08',
    });
  });

  it('names bad lines and writes none, or with --partial the others, and ends with 1', async () => {
    await addOperation();
    const file = fileOf(
      'bad.csv',
      header,
      goodLine,
      't-1,TPS 1,rawan,64.08.04,117.5,0.5',
      't-3,,,64.09,0.5,x',
    );
    const none = await posko('sites', 'import', file, '--operation=mp');
    expect(none.status).toBe(1);
    expect(none.output).toMatch(/^line 3, kode \("t-1"\): line 2 has the same id: /m);
    expect(none.output).toMatch(
      /^line 4, lintang \("x"\): longitude and latitude must be numbers$/m,
    );
    expect(none.output).toMatch(/3 lines: 1 would have been added, .* 2 refused\.$/m);
    expect(none.error).toMatch(/^Nothing was imported: correct the lines above/);
    expect((await posko('sites', 'list')).output).toBe('');
    const some = await posko('sites', 'import', file, '--operation=mp', '--partial');
    expect(some).toMatchObject({ status: 1, error: '2 lines were refused: see above.\n' });
    expect((await posko('sites', 'list')).output).toMatch(/^t-1\t/);
  });

  it('says once what no line has', async () => {
    await addOperation();
    const none = fileOf('none.csv', 'id,lon', 'a,117.5', 'b,117.6');
    expect(await posko('sites', 'import', none, '--operation=mp')).toMatchObject({
      status: 1,
      output: '',
      error:
        'Nothing was imported: no column has the latitude of a site: map lat to one of id, lon; no column has the region of a site: map region to one of id, lon, or name one region for all.\n',
    });
    const feature = (id: string) => ({
      ...{ type: 'Feature', properties: { id } },
      geometry: { type: 'Point', coordinates: [117.5, 0.5] },
    });
    const features = [feature('a'), feature('b')];
    const geo = fileOf('none.geojson', JSON.stringify({ type: 'FeatureCollection', features }));
    expect(await posko('sites', 'import', geo, '--operation=mp')).toMatchObject({
      error: expect.stringMatching(/^Nothing was imported: no column has the region [^;]*$/),
    });
    expect(await posko('sites', 'import', geo, '--operation=mp', '--region=64.08')).toMatchObject({
      status: 0,
    });
  });

  it('tells of places that are far from the others of their region', async () => {
    await addOperation();
    const near = ['a', 'b', 'c'].map((id, at) => `${id},64.08.04,117.${at},0.5`);
    const file = fileOf('far.csv', 'id,region,lon,lat', ...near, 'd,64.08.05,107.5,0.5');
    const { output, status } = await posko('sites', 'import', file, '--operation=mp');
    expect(status).toBe(0);
    expect(output).toMatch(
      /^far from all others .* look at .* again: line 5 \("d", 10\d\d km from the middle of 64\.08\)$/m,
    );
  });

  it('counts a line that was refused as the first of its id', async () => {
    await addOperation();
    const feature = (id: string, geometry: object) => ({
      ...{ type: 'Feature', properties: { id, region: '64.08' }, geometry },
    });
    const point = { type: 'Point', coordinates: [117.5, 0.5] };
    const features = [
      feature('a', { type: 'LineString', coordinates: [] }),
      feature('a', point),
      feature('b', point),
    ];
    const geo = fileOf('twice.geojson', JSON.stringify({ type: 'FeatureCollection', features }));
    const end = await posko('sites', 'import', geo, '--operation=mp', '--partial');
    expect(end.output).toMatch(/^line 2, id \("a"\): line 1 has the same id/m);
    expect(end.output).toMatch(/1 added, 0 changed, 0 unchanged, 2 refused\.$/m);
    const csv = fileOf('twice.csv', header, 'c,C,,64.08.04,117.5,x', 'c,C,,64.08.04,117.5,0.5');
    const again = await posko('sites', 'import', csv, '--operation=mp');
    expect(again.output).toMatch(/^line 3, kode \("c"\): line 2 has the same id/m);
  });

  it('takes columns of other names, a region for all, and GeoJSON', async () => {
    await addOperation();
    const csv = fileOf('names.csv', 'no;x1;x2', 'a;0,5;117,5');
    const mapped = ['--map=id=no', '--map=lon=x2', '--map=lat=x1', '--region=64.08', '--kind=kpu'];
    const end = await posko('sites', 'import', csv, '--operation=mp', ...mapped);
    expect(end).toMatchObject({ status: 0, error: '' });
    const feature = {
      type: 'Feature',
      properties: { id: 'b', region: '64.08' },
      geometry: { type: 'Point', coordinates: [117.5, 0.5] },
    };
    const geo = fileOf(
      'b.geojson',
      JSON.stringify({ type: 'FeatureCollection', features: [feature] }),
    );
    expect(await posko('sites', 'import', geo, '--operation=mp')).toMatchObject({ status: 0 });
    expect((await posko('sites', 'list')).output).toBe(
      'a\t1\t64.08\tkpu\tkurang_rawan\t117.5\t0.5\ta\nb\t1\t64.08\ttps\tkurang_rawan\t117.5\t0.5\tb\n',
    );
  });

  it.each([
    [[], 2, /the file is missing/],
    [['x.csv'], 2, /--operation is missing/],
    [['x.xlsx', '--operation=mp'], 2, /must end in \.csv or \.geojson/],
    [['x.csv', '--operation=mp', '--map=lon'], 2, /must look like lon=bujur/],
    [['x.csv', '--operation=mp', '--kind=bar'], 2, /--kind is "bar"/],
    [['x.csv', '--operation=mp', '--region=6408'], 2, /--region is "6408"/],
    [['/none/x.csv', '--operation=mp'], 1, /cannot be read \(ENOENT\)/],
  ])('is called rightly, or told how: %o', async (args, status, error) => {
    const end = await posko('sites', 'import', ...args);
    expect(end).toMatchObject({ status, error: expect.stringMatching(error) });
  });

  it('refuses an unknown operation and a file that is none', async () => {
    const file = fileOf('good.csv', header, goodLine);
    expect(await posko('sites', 'import', file, '--operation=none')).toMatchObject({
      status: 1,
      error: 'Nothing was imported: there is no operation "none"; there is none yet.\n',
    });
    await addOperation();
    expect(await posko('sites', 'list', '--operation=none')).toMatchObject({
      status: 1,
      error: 'Nothing is listed: there is no operation "none"; there is mp.\n',
    });
    const broken = fileOf('broken.csv', header, 'a,"b');
    expect(await posko('sites', 'import', broken, '--operation=mp')).toMatchObject({
      status: 1,
      error: expect.stringMatching(/never closed/),
    });
  });
});

describe('fences', () => {
  it('are listed, and told by a point that they hold', async () => {
    await addOperation();
    const file = fileOf('good.csv', header, goodLine);
    await posko('sites', 'import', file, '--operation=mp');
    const added = await addFence(
      installation().database.pool,
      {
        ...{ id: 'alun', name: 'Alun', region: '64.08', fenceClass: 'area' },
        shape: { kind: 'circle', center: [117.5279, 0.5049], radiusM: 500 },
        conditions: {},
        watch: {},
        operationId: undefined,
      },
      () => [],
    );
    expect(added.ok).toBe(true);
    const alun = 'alun\t1\t64.08\tarea\tcircle\tAlun';
    const ring = 'site:t-1\t1\t64.08.04\tsite\tcircle\tTPS 1';
    expect((await posko('fences', 'list')).output).toBe(`${alun}\n`);
    expect((await posko('fences', 'list', '--rings', '--operation=mp')).output).toBe(`${ring}\n`);
    const at = await posko('fences', 'at', '117.5279,0.5049');
    expect(at.output).toBe(`${alun}\t500.0\tcounts\n${ring}\t100.0\tcounts\n`);
    expect((await posko('fences', 'at', '117.6,0.5049')).output).toBe('');
    expect(await posko('fences', 'at', 'here')).toMatchObject({
      status: 2,
      error: expect.stringMatching(/the point is "here"/),
    });
  });

  const point = JSON.stringify({ type: 'Point', coordinates: [117.5279, 0.5049] });
  const named = ['--name=Alun', '--region=64.08', '--class=area'];
  const polygon = {
    type: 'Polygon',
    coordinates: [
      [
        [117.52, 0.5],
        [117.53, 0.5],
        [117.53, 0.51],
        [117.52, 0.51],
        [117.52, 0.5],
      ],
    ],
  };
  const deeds = async () => {
    const page = { before: undefined, limit: 3, regions: undefined };
    const entries = await readLog(installation().database.pool, page);
    return entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);
  };

  it('are added from GeoJSON, changed and removed', async () => {
    await posko('operation', 'add', 'mp', ...operation, voting);
    const ground = `--ground=${fileOf('circle.geojson', point)}`;
    const conditions = `--conditions=${fileOf('when.json', '{"phases": ["voting"]}')}`;
    const more = [ground, conditions, '--radius-m=150', '--operation=mp'];
    const added = await posko('fences', 'add', 'alun', ...named, ...more);
    expect(added).toEqual({ status: 0, error: '', output: 'Added fence alun (Alun), a circle.\n' });
    // the day of voting was in 2024
    const at = await posko('fences', 'at', '117.5279,0.5049');
    expect(at.output).toBe('alun\t1\t64.08\tarea\tcircle\tAlun\t150.0\tidle by its phase\n');
    const wider = await posko('fences', 'set', 'alun', '--radius-m=300', '--name=Lapangan');
    expect(wider).toMatchObject({
      status: 0,
      output: 'Changed fence alun: it is at version 2.\n',
    });
    expect((await posko('fences', 'at', '117.5279,0.5049')).output).toMatch(/Lapangan\t300\.0/);
    const watch = `--watch=${fileOf('watch.json', '{"dwellMs": 60000}')}`;
    const feature = JSON.stringify({ type: 'Feature', properties: {}, geometry: polygon });
    const drawn = `--ground=${fileOf('square.geojson', feature)}`;
    expect(await posko('fences', 'set', 'alun', drawn, watch)).toMatchObject({ status: 0 });
    const [known] = await listFences(installation().database.pool, {}, 10);
    expect(known).toMatchObject({
      ...{ version: 3, shape: { kind: 'polygon' }, watch: { dwellMs: 60_000 } },
      conditions: { phases: ['voting'] },
    });
    const removed = await posko('fences', 'remove', 'alun');
    expect(removed).toMatchObject({ status: 0, output: 'Removed fence alun.\n' });
    expect((await posko('fences', 'list')).output).toBe('');
    expect(await deeds()).toEqual([
      'cli fence.removed fence:alun',
      'cli fence.changed fence:alun',
      'cli fence.changed fence:alun',
    ]);
  });

  it.each([
    [[], 2, /the id of the fence is missing/],
    [['x', '--region=64.08', '--class=area'], 2, /--name is missing/],
    [['x', '--name=X', '--class=area'], 2, /--region is missing/],
    [['x', '--name=X', '--region=64.08'], 2, /--class is missing/],
    [['x', ...named], 2, /--ground is missing/],
    [['x', ...named, '--radius-m=5'], 2, /--ground is missing/],
    [['x', ...named, '--ground=point', '--radius-m=wide'], 2, /--radius-m is "wide"/],
    [['x', ...named, '--ground=/none/x.geojson'], 1, /The ground .* cannot be read \(ENOENT\)/],
    [['x', ...named, '--ground=point'], 1, /cannot be a fence: radiusM is missing/],
    [['x', ...named, '--ground=point', '--radius-m=0.5'], 1, /is 1 to 20000 m, got 0\.5/],
    [['x', ...named, '--ground=point', '--radius-m=5', '--operation=no'], 1, /no operation "no"/],
    [['x', ...named, '--ground=point', '--radius-m=5', '--conditions=when'], 1, /without an oper/],
    [['x', ...named, '--ground=point', '--watch=odd'], 1, /watch has no property dwell\. See fen/],
  ])('are not added where something is missing or wrong: %o', async (args, status, error) => {
    const files = {
      point: fileOf('point.geojson', point),
      when: fileOf('when.json', '{"phases": ["voting"]}'),
      odd: fileOf('odd.json', '{"dwell": 1}'),
    };
    const named = args.map((each) =>
      each.replace(/=(point|when|odd)$/, (_all, name: keyof typeof files) => `=${files[name]}`),
    );
    const end = await posko('fences', 'add', ...named);
    expect(end).toMatchObject({ status, error: expect.stringMatching(error) });
    expect((await posko('fences', 'list')).output).toBe('');
  });

  it('are not changed where there is none, nothing is named, or it is the ring of a site', async () => {
    await addOperation();
    const refused = async (...args: readonly string[]) => {
      const { status, error } = await posko('fences', ...args);
      return `${status} ${error}`;
    };
    expect(await refused('set', 'alun', '--name=x')).toBe('1 There is no fence "alun".\n');
    expect(await refused('remove', 'alun')).toBe('1 There is no fence "alun".\n');
    expect(await refused('set', 'alun')).toMatch(/^2 nothing is to be changed/);
    await posko('sites', 'import', fileOf('good.csv', header, goodLine), '--operation=mp');
    expect(await refused('remove', 'site:t-1')).toMatch(/^1 .* not removed: .* ring of the site/);
    expect(await refused('set', 'site:t-1', '--radius-m=50')).toMatch(/^1 .* ring of the site/);
    expect(await refused('set', 'site:t-1', '--half-width-m=50')).toMatch(/^2 .* is a circle/);
    const quiet = `--conditions=${fileOf('quiet.json', '{"phases": ["quiet"]}')}`;
    expect(await refused('set', 'site:t-1', quiet)).toMatch(/^1 .* never count in quiet/);
    const watch = `--watch=${fileOf('watch.json', '{"isUrgent": true}')}`;
    expect(await refused('set', 'site:t-1', watch)).toBe('0 ');
  });
});

describe('sites remove', () => {
  it('removes a site with its ring, and no other', async () => {
    await addOperation();
    const file = fileOf('good.csv', header, goodLine, 't-2,TPS 2,,64.08.05,117.6,0.6');
    await posko('sites', 'import', file, '--operation=mp');
    const end = await posko('sites', 'remove', 't-1');
    expect(end).toEqual({ status: 0, error: '', output: 'Removed site t-1 and its ring.\n' });
    expect((await posko('sites', 'list')).output).toMatch(/^t-2\t[^\n]*\n$/);
    expect((await posko('fences', 'list', '--rings')).output).toMatch(/^site:t-2\t[^\n]*\n$/);
    expect(await posko('sites', 'remove', 't-1')).toMatchObject({
      status: 1,
      error: 'There is no site "t-1".\n',
    });
    expect(await posko('sites', 'remove')).toMatchObject({ status: 2 });
  });
});
