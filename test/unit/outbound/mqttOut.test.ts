import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OutMessage, outRegions, outTopic } from '../../../server/domain/outMessage.ts';
import { MqttOut, type OutPosition } from '../../../server/outbound/mqttOut.ts';
import { anAlarm, anAlarmEvent } from '../../fixtures/anAlarm.ts';

const log = pino({ level: 'silent' });

function position(unitKey: number, lon = 117.5): OutPosition {
  return {
    ...{ unitKey, unitId: `u-${unitKey}`, callsign: `Elang ${unitKey}`, kind: 'handheld' },
    ...{ agency: 'polri', regions: ['64.08'], fixedAtMs: 0, lon, lat: 0.5, isExercise: false },
  };
}

/** Everything that was handed to the door, batch by batch. */
function out(kinds: readonly ('alarm' | 'position')[] = ['alarm', 'position']) {
  const batches: (readonly OutMessage[])[] = [];
  let isHeld = false;
  const waiting: (() => void)[] = [];
  const mqtt = new MqttOut({
    publish: async (messages) => {
      batches.push(messages);
      if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    kinds: new Set(kinds),
    log,
  });
  return {
    mqtt,
    batches,
    messages: () => batches.flat(),
    hold: () => {
      isHeld = true;
    },
    letGo: () => {
      isHeld = false;
      for (const each of waiting.splice(0)) each();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await turn();
};

describe('what is told by MQTT', () => {
  it('is each event of an alarm, with the alarm as it was after it', async () => {
    const { mqtt, messages } = out();
    mqtt.tell(anAlarmEvent(anAlarm({ regions: ['64.08.04.2001'] })));
    expect(messages()).toEqual([]);
    await turns(2);
    const [message] = messages();
    expect(message && outTopic(message)).toBe('posko/64.08/out/alarm');
    expect(JSON.parse(message?.payload ?? '')).toMatchObject({
      ...{ kind: 'raised', at: '2024-11-27T00:15:03.000Z', version: 1, state: 'unacknowledged' },
      alarm: { priority: 'sos', callsign: 'Elang 1', isExercise: false },
    });
  });

  it('is nothing of what is not asked for, or shown to nobody', async () => {
    const { mqtt, messages } = out([]);
    mqtt.tell(anAlarmEvent());
    mqtt.moved(position(1));
    await vi.advanceTimersByTimeAsync(5_000);
    await turns(3);
    const others = out();
    others.mqtt.tell(anAlarmEvent(anAlarm({ state: 'suppressed' })));
    await turns(3);
    expect([...messages(), ...others.messages()]).toEqual([]);
  });

  it('is one position of a unit in a second, the newest', async () => {
    const { mqtt, messages } = out();
    for (let lon = 1; lon <= 5; lon++) mqtt.moved(position(1, lon));
    mqtt.moved(position(2));
    await vi.advanceTimersByTimeAsync(1_000);
    await turns(4);
    expect(messages().map(({ payload }) => JSON.parse(payload).lon)).toEqual([5, 117.5]);
    mqtt.moved(position(1, 6));
    await turns(4);
    expect(messages()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    await turns(4);
    expect(messages()).toHaveLength(3);
    expect(messages()[0]?.payload).not.toContain('unitKey');
  });

  it('goes out no faster than the door takes it, alarms first, and never without bound', async () => {
    const { mqtt, batches, hold, letGo } = out();
    hold();
    mqtt.tell(anAlarmEvent());
    await turns(2);
    for (let i = 0; i < 20_500; i++) mqtt.tell(anAlarmEvent());
    mqtt.moved(position(1));
    await vi.advanceTimersByTimeAsync(1_000);
    await turns(5);
    expect(batches).toHaveLength(1);
    expect(mqtt.status()).toEqual({ waiting: 20_000, dropped: 500 });
    letGo();
    await turns(300);
    expect(batches.slice(1).every(({ length }) => length <= 200)).toBe(true);
    expect(batches.at(-1)?.map(({ kind }) => kind)).toEqual(['position']);
    expect(mqtt.status().waiting).toBe(0);
  });

  it('is the anchor of a day in every regency in use', async () => {
    const { mqtt, messages } = out([]);
    mqtt.anchor({ day: '2024-11-26', sequence: 9, hash: 'ab' }, ['64.08', '64.72', '64.08']);
    await turns(3);
    expect(messages().map(outTopic)).toEqual(['posko/64.08/out/anchor', 'posko/64.72/out/anchor']);
    expect(JSON.parse(messages()[0]?.payload ?? '')).toEqual({
      ...{ day: '2024-11-26', sequence: 9, hash: 'ab' },
    });
  });

  it.each([
    [
      ['64.08.04', '64.08', '64.72'],
      ['64.08', '64.72'],
    ],
    [['64', '64.72'], ['64.72']],
    [
      ['35.78', '64'],
      ['35.78', '64'],
    ],
    [['64'], ['64']],
    [[], ['00']],
  ])('of %j stands under %j', (regions, told) => {
    expect(outRegions(regions)).toEqual(told);
  });

  it('of a unit that works elsewhere is told there and at home, as the same event', async () => {
    const { mqtt, messages } = out();
    const regions = ['35.78', '64.08'];
    mqtt.tell(anAlarmEvent(anAlarm({ regions })));
    mqtt.moved({ ...position(1), regions });
    await vi.advanceTimersByTimeAsync(1_000);
    await turns(4);
    expect(messages().map(outTopic)).toEqual([
      ...['posko/35.78/out/alarm', 'posko/64.08/out/alarm'],
      ...['posko/35.78/out/position', 'posko/64.08/out/position'],
    ]);
    const [home, there] = messages();
    expect(there).toMatchObject({ payload: home?.payload, regions });
  });
});
