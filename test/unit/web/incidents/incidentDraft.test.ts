import { describe, expect, it } from 'vitest';
import type { AlarmDetails } from '../../../../server/domain/alarmDetails.ts';
import {
  draftBody,
  draftFaults,
  draftFromAlarm,
  draftFromPoint,
} from '../../../../web/src/incidents/incidentDraft.ts';
import { createUnitTable } from '../../../../web/src/live/unitTable.ts';

const words = { name: 'SOS', time: '14:03 WITA', orderId: 'order-0001' };
const atPoint = {
  ...{ near: (callsign: string) => `dekat ${callsign}`, at: 'di 0 LU', time: '14:03 WITA' },
  ...{ orderId: 'order-0001', isExercise: false },
};

const alarm = (fields: Partial<AlarmDetails>): AlarmDetails =>
  ({
    ...{ id: 'a', place: [117.5, 0.5], siteName: null, fenceName: null, callsign: 'Elang 1' },
    ...{ regions: ['64.08'], isExercise: false, operationId: null },
    ...fields,
  }) as AlarmDetails;

describe('an incident that is about to be opened', () => {
  it('is named after the site of its alarm, in the finest region that the person leads', () => {
    const regions = ['64', '64.08.04.2001', '64.08'];
    const draft = draftFromAlarm(alarm({ siteName: 'TPS 4', regions }), ['64.08'], words);
    expect(draft).toMatchObject({
      title: 'SOS – TPS 4 · 14:03 WITA',
      region: '64.08.04',
      alarmId: 'a',
    });
  });

  it('is an exercise where its alarm is one, and needs a place', () => {
    expect(draftFromAlarm(alarm({ isExercise: true }), ['64.08'], words)?.isExercise).toBe(true);
    expect(draftFromAlarm(alarm({ place: null }), ['64.08'], words)).toBeUndefined();
  });

  it('is named after a unit within 500 m, and else after its place', () => {
    const table = createUnitTable(0);
    const unit = { key: 7, id: 'u', trackerId: 'u', callsign: 'Elang 1', region: '64.08' };
    table.roster.set(7, { ...unit, kind: 'handheld', agency: 'polri', strength: 1 });
    table.unitKey[0] = 7;
    table.lonLat.set([117.5, 0.5]);
    table.count = 1;
    const near = draftFromPoint([117.504, 0.5], table, ['64'], atPoint);
    expect(near).toMatchObject({ title: 'dekat Elang 1 · 14:03 WITA', region: '64.08' });
    const far = draftFromPoint([117.506, 0.5], table, ['64'], atPoint);
    expect(far).toMatchObject({ title: 'di 0 LU · 14:03 WITA', region: '64.08' });
  });

  it('takes the region of the person where nothing else is known, and asks where that is none', () => {
    const table = createUnitTable(0);
    expect(draftFromPoint([117, 0], table, ['64.08'], atPoint).region).toBe('64.08');
    expect(draftFromPoint([117, 0], table, ['*'], atPoint).region).toBe('');
  });

  it('names what the server would refuse', () => {
    const draft = draftFromPoint([117, 0], createUnitTable(0), ['64.08'], atPoint);
    expect(Object.values(draftFaults(draft, ['64.08'])).some(Boolean)).toBe(false);
    expect(draftFaults({ ...draft, title: ' ' }, ['64.08']).title).toBe(true);
    expect(draftFaults({ ...draft, radius: '19' }, ['64.08']).radius).toBe(true);
    expect(draftFaults({ ...draft, radius: 'dekat' }, ['64.08']).radius).toBe(true);
    expect(draftFaults({ ...draft, region: '64' }, ['64']).region).toBe('wrong');
    expect(draftFaults({ ...draft, region: '64.07' }, ['64.08']).region).toBe('notYours');
    expect(draftBody({ ...draft, radius: '250,5' })).toMatchObject({ radiusM: 250.5 });
  });
});
