import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../../server/domain/access.ts';
import { decisionChoices } from '../../../../web/src/incidents/decisionChoices.ts';

const stand = { level: 'hijau', force: 'dalmas_awal', command: 'kapolsek' } as const;
const kapolsek: readonly Grant[] = [{ role: 'commander', region: '64.08.04' }];
const kapolres: readonly Grant[] = [{ role: 'commander', region: '64.08' }];
const kapolda: readonly Grant[] = [{ role: 'commander', region: '64' }];
const dispatcher: readonly Grant[] = [{ role: 'dispatcher', region: '64.08' }];

function choicesOf(incident: Parameters<typeof decisionChoices>[0], grants: readonly Grant[]) {
  return decisionChoices(incident, grants).map((choice) => {
    const { decision, isOwn, isSo, least } = choice;
    const name = decision.kind === 'set_level' ? decision.level : decision.kind;
    return `${name}: ${isSo ? 'so' : isOwn ? 'own' : least}`;
  });
}

describe('what can be decided of an incident', () => {
  it('offers a Kapolsek the yellow level, and names whose the red one is', () => {
    const incident = { ...stand, region: '64.08.04' };
    expect(choicesOf(incident, kapolsek)).toEqual([
      'hijau: so',
      'kuning: own',
      'merah: kapolres',
      'alih_kendali: own',
      'alih_kendali: own',
    ]);
  });

  it('leaves out what makes no sense, and shows the rest to those who may not', () => {
    const incident = { ...stand, level: 'kuning', region: '64.08' } as const;
    expect(choicesOf(incident, dispatcher)).toEqual([
      'hijau: kapolres',
      'kuning: so',
      'merah: kapolres',
      'lapis_ganti: kapolres',
      'alih_kendali: kapolsek',
      'alih_kendali: kapolsek',
    ]);
  });

  it('asks a Kapolres who approved Brimob, and a Kapolda not', () => {
    const red = { level: 'merah', force: 'dalmas_lanjut', command: 'kapolres' } as const;
    const brimob = (grants: readonly Grant[]) =>
      decisionChoices({ ...red, region: '64.08' }, grants).find(
        ({ decision }) => decision.kind === 'lintas_ganti',
      );
    expect(brimob(kapolres)).toMatchObject({ isOwn: true, needsApproval: true });
    expect(brimob(kapolda)).toMatchObject({ isOwn: true, needsApproval: false });
    expect(brimob(kapolsek)).toMatchObject({ isOwn: false, least: 'kapolres' });
  });

  it('has nobody decide in a region that is not theirs', () => {
    const elsewhere = decisionChoices({ ...stand, region: '64.07' }, kapolres);
    expect(elsewhere.every(({ isOwn }) => !isOwn)).toBe(true);
  });
});
