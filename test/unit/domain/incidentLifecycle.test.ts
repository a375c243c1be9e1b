import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../server/config.ts';
import {
  type Command,
  commands,
  type Decision,
  type Force,
  forces,
  type Level,
  levels,
} from '../../../server/domain/incident.ts';
import {
  type DecisionCell,
  type DecisionStep,
  decide,
  decisionSteps,
  decisionTable,
  type Stand,
} from '../../../server/domain/incidentLifecycle.ts';

const stand = (
  level: Level,
  force: Force = 'dalmas_awal',
  command: Command = 'kapolsek',
): Stand => ({
  ...{ level, force, command },
});
const setLevel = (level: Level): Decision => ({ kind: 'set_level', level });

describe('the table of decisions', () => {
  const rows = readFileSync(path.join(projectRoot, 'docs/incidents.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (hijau|kuning|merah) \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((row) => row.length === decisionSteps.length + 3);
  const cells = levels.flatMap((level) => decisionSteps.map((step) => [level, step] as const));

  it.each(cells)('is at %s for %s what docs/incidents.md says', (level, step) => {
    const row = rows.find((each) => each[1] === level);
    expect(row?.[2 + decisionSteps.indexOf(step)]).toBe(textOf(decisionTable[level][step]));
  });

  it.each(cells)('is carried out at %s for %s', (level, step) => {
    const cell = decisionTable[level][step];
    for (const force of forces) {
      for (const present of commands) {
        for (const command of commands) {
          const decided = decide(stand(level, force, present), decisionOf(step, present), command);
          if (cell.is === 'already') expect(decided).toMatchObject({ ok: true, isChange: false });
          if (cell.is === 'not_now') expect(decided).toMatchObject({ reason: 'not_now' });
          if (cell.is === 'may' && decided.ok && decided.isChange) {
            expect(commands.indexOf(command)).toBeGreaterThanOrEqual(
              commands.indexOf(cell.authority),
            );
            if (cell.isOfCommander) {
              expect(commands.indexOf(command)).toBeGreaterThanOrEqual(commands.indexOf(present));
            }
          }
        }
      }
    }
  });
});

function textOf(cell: DecisionCell): string {
  if (cell.is === 'already') return 'already so';
  if (cell.is === 'not_now') return 'not now';
  const commander = cell.isOfCommander ? ', and who commands' : '';
  const approval = cell.approval === undefined ? '' : `; approved by ${cell.approval}`;
  return `${cell.authority}${commander}${approval}`;
}

/** A decision of a step; command passes to another than has it. */
function decisionOf(step: DecisionStep, present: Command): Decision {
  if (step === 'alih_kendali') {
    return { kind: step, to: present === 'kapolsek' ? 'kapolres' : 'kapolsek' };
  }
  if (step === 'lapis_ganti') return { kind: step };
  if (step === 'lintas_ganti') return { kind: step, approvedBy: 'Kapolda, telepon' };
  return setLevel(levels.find((level) => step === `set_${level}`) ?? 'hijau');
}

describe('level', () => {
  it('is raised to kuning by a Kapolsek, also where the Kapolres commands', () => {
    expect(
      decide(stand('hijau', 'dalmas_awal', 'kapolres'), setLevel('kuning'), 'kapolsek'),
    ).toEqual({
      ok: true,
      stand: stand('kuning', 'dalmas_awal', 'kapolres'),
      isChange: true,
    });
  });

  it('is raised by two steps at once', () => {
    expect(decide(stand('hijau'), setLevel('merah'), 'kapolres')).toMatchObject({
      stand: { level: 'merah', force: 'dalmas_awal' },
    });
  });

  it('is not raised to merah by a Kapolsek', () => {
    expect(decide(stand('kuning'), setLevel('merah'), 'kapolsek')).toMatchObject({
      reason: 'no_authority',
      detail: expect.stringContaining('takes a Kapolres here'),
    });
  });

  it('is not lowered by a Kapolsek, nor below whoever commands', () => {
    expect(decide(stand('kuning'), setLevel('hijau'), 'kapolsek').ok).toBe(false);
    const commanded = stand('merah', 'phh_brimob', 'kapolda');
    expect(decide(commanded, setLevel('kuning'), 'kapolres').ok).toBe(false);
    expect(decide(commanded, setLevel('kuning'), 'kapolda').ok).toBe(true);
  });

  it.each([
    ['merah', 'phh_brimob', 'kuning', 'dalmas_lanjut'],
    ['merah', 'phh_brimob', 'hijau', 'dalmas_awal'],
    ['merah', 'dalmas_awal', 'kuning', 'dalmas_awal'],
    ['kuning', 'dalmas_lanjut', 'hijau', 'dalmas_awal'],
  ] as const)('lowered from %s with %s to %s leaves %s', (level, force, to, left) => {
    expect(decide(stand(level, force), setLevel(to), 'kapolres')).toMatchObject({
      stand: { level: to, force: left },
    });
  });
});

describe('lapis ganti', () => {
  it('brings Dalmas lanjut where Dalmas awal stands, at kuning and at merah', () => {
    for (const level of ['kuning', 'merah'] as const) {
      expect(decide(stand(level), { kind: 'lapis_ganti' }, 'kapolres')).toMatchObject({
        stand: { force: 'dalmas_lanjut' },
      });
    }
  });

  it('changes nothing where Dalmas lanjut stands already, and is refused where Brimob does', () => {
    const lanjut = stand('merah', 'dalmas_lanjut');
    expect(decide(lanjut, { kind: 'lapis_ganti' }, 'kapolsek')).toMatchObject({ isChange: false });
    const brimob = stand('merah', 'phh_brimob');
    expect(decide(brimob, { kind: 'lapis_ganti' }, 'kapolda')).toMatchObject({ reason: 'not_now' });
  });

  it('takes a Kapolres', () => {
    expect(decide(stand('kuning'), { kind: 'lapis_ganti' }, 'kapolsek')).toMatchObject({
      reason: 'no_authority',
    });
  });
});

describe('lintas ganti', () => {
  const ready = stand('merah', 'dalmas_lanjut', 'kapolres');

  it('is ordered by the Kapolda, or by a Kapolres who says who at the Polda approved it', () => {
    const approved: Decision = { kind: 'lintas_ganti', approvedBy: 'Kapolda, telepon 14.05' };
    expect(decide(ready, { kind: 'lintas_ganti' }, 'kapolda')).toMatchObject({ isChange: true });
    expect(decide(ready, approved, 'kapolres')).toMatchObject({ stand: { force: 'phh_brimob' } });
    expect(decide(ready, { kind: 'lintas_ganti' }, 'kapolres')).toMatchObject({
      reason: 'no_authority',
      detail: expect.stringContaining('approvedBy'),
    });
    expect(decide({ ...ready, command: 'kapolsek' }, approved, 'kapolsek').ok).toBe(false);
  });

  it('follows lapis ganti', () => {
    const early = decide(stand('merah'), { kind: 'lintas_ganti' }, 'kapolda');
    expect(early).toMatchObject({ reason: 'not_now' });
    const again = decide(stand('merah', 'phh_brimob'), { kind: 'lintas_ganti' }, 'kapolsek');
    expect(again).toMatchObject({ isChange: false });
  });
});

describe('alih kendali', () => {
  it('is handed over by who commands, and taken by who is higher', () => {
    const toKapolres: Decision = { kind: 'alih_kendali', to: 'kapolres' };
    for (const command of commands) {
      expect(decide(stand('hijau'), toKapolres, command)).toMatchObject({
        stand: { command: 'kapolres' },
      });
    }
  });

  it('is not taken from a higher command', () => {
    const commanded = stand('merah', 'dalmas_awal', 'kapolda');
    expect(decide(commanded, { kind: 'alih_kendali', to: 'kapolres' }, 'kapolres')).toMatchObject({
      reason: 'no_authority',
    });
    expect(decide(commanded, { kind: 'alih_kendali', to: 'kapolda' }, 'kapolsek')).toMatchObject({
      isChange: false,
    });
  });
});
