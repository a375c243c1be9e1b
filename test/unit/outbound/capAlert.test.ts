import { describe, expect, it } from 'vitest';
import { alarmStates, outcomes } from '../../../server/domain/alarm.ts';
import { priorities, ruleKinds } from '../../../server/domain/rule.ts';
import { capAlert } from '../../../server/outbound/cap/capAlert.ts';
import { capFeed } from '../../../server/outbound/cap/capFeed.ts';
import { anAlarm, anAlarmEvent, raisedAtMs } from '../../fixtures/anAlarm.ts';
import { capFaults, xmlFaults, xmllintMissing, xpath } from './xmllint.ts';

const options = { sender: 'posko.kutim.example', isTest: false, earlier: [] };
const text = (document: string, name: string): string =>
  xpath(document, `string(//*[local-name()="${name}"])`).trim();

describe.skipIf(xmllintMissing !== undefined)('an alarm as CAP 1.2', () => {
  it('is valid for every kind of rule, priority, state and outcome', () => {
    const documents = [
      ...ruleKinds.map((ruleKind) => anAlarm({ ruleKind })),
      ...priorities.map((priority) => anAlarm({ priority })),
      ...alarmStates.map((state) => anAlarm({ state, version: 3 })),
      ...outcomes.map((outcome) =>
        anAlarm({ state: 'closed', version: 2, closed: { by: null, atMs: raisedAtMs, outcome } }),
      ),
      anAlarm({ regions: [], subject: {} }),
      anAlarm({ regions: ['*'], subject: { siteName: 'KPU' }, procedure: [] }),
      anAlarm({ name: { id: '', en: ' ' } }),
    ].map((alarm) => capAlert(alarm, anAlarmEvent(alarm), options));
    expect(capFaults(documents)).toBe('');
  });

  it('is told from what is not valid', () => {
    const document = capAlert(anAlarm(), anAlarmEvent(), options);
    expect(capFaults([document.replace('Restricted', 'Secret')])).toMatch(/Secret/);
    // [3.3.2] "Z" is not allowed
    expect(capFaults([document.replace('-00:00</sent>', 'Z</sent>')])).toMatch(/sent/);
  });

  it('says who sends it, when, to whom, and where', () => {
    const document = capAlert(anAlarm(), anAlarmEvent(), { ...options, sender: 'pos ko,<&>1' });
    expect(text(document, 'identifier')).toBe('0192f3a1-5c00-5000-8000-000000000001.1');
    expect(text(document, 'sender')).toBe('posko>1');
    expect(text(document, 'sent')).toBe('2024-11-27T00:15:03-00:00');
    expect(text(document, 'scope')).toBe('Restricted');
    expect(text(document, 'circle')).toBe('0.51,117.55 0.1');
    expect(xpath(document, 'string(//*[local-name()="geocode"])').trim()).toMatch(
      /KEMENDAGRI\s*64\.08/,
    );
    expect(xpath(document, 'count(//*[local-name()="info"])').trim()).toBe('2');
    expect(text(document, 'instruction')).toBe('1. Hubungi unit (Operator)');
  });

  it.each([
    [{}, false, 'Actual'],
    [{ isExercise: true }, false, 'Exercise'],
    [{ isExercise: true }, true, 'Test'],
  ] as const)('tells drills and demonstrations from what is real', (changes, isTest, status) => {
    const alarm = anAlarm(changes);
    const document = capAlert(alarm, anAlarmEvent(alarm), { ...options, isTest });
    expect(text(document, 'status')).toBe(status);
  });

  it('replaces what it said before, and withdraws it when the alarm is closed', () => {
    const first = { version: 1, atMs: raisedAtMs };
    const second = { version: 2, atMs: raisedAtMs + 60_000 };
    const taken = anAlarm({ version: 2, state: 'acknowledged', changedAtMs: second.atMs });
    const update = capAlert(taken, anAlarmEvent(taken), { ...options, earlier: [first, second] });
    expect(text(update, 'msgType')).toBe('Update');
    expect(text(update, 'references')).toBe(
      'posko.kutim.example,0192f3a1-5c00-5000-8000-000000000001.1,2024-11-27T00:15:03-00:00',
    );
    const closed = anAlarm({
      version: 3,
      state: 'closed',
      closed: { by: 'budi', atMs: raisedAtMs + 90_000, outcome: 'false_alarm' },
    });
    const cancel = capAlert(closed, anAlarmEvent(closed), { ...options, earlier: [first, second] });
    expect(text(cancel, 'msgType')).toBe('Cancel');
    expect(text(cancel, 'references').split(' ')).toHaveLength(2);
    expect(text(cancel, 'certainty')).toBe('Unlikely');
    expect(text(cancel, 'urgency')).toBe('Past');
  });

  it('names the first and the newest of very many messages before it', () => {
    const earlier = Array.from({ length: 500 }, (_, at) => ({ version: at + 1, atMs: raisedAtMs }));
    const alarm = anAlarm({ version: 501 });
    const document = capAlert(alarm, anAlarmEvent(alarm), { ...options, earlier });
    const references = text(document, 'references').split(' ');
    expect(references).toHaveLength(50);
    expect(references[0]).toMatch(/0001\.1,/);
    expect(references.at(-1)).toMatch(/0001\.500,/);
    expect(capFaults([document])).toBe('');
  });

  it('is the same for a version whatever happens to the alarm later', () => {
    const event = anAlarmEvent();
    const later = anAlarm({
      version: 4,
      occurrences: 9,
      comments: 2,
      assignee: { kind: 'person', name: 'budi' },
    });
    expect(capAlert(later, event, options)).toBe(capAlert(anAlarm(), event, options));
  });

  it('comes with a feed that marks drills', () => {
    const feed = capFeed(
      [anAlarm(), anAlarm({ isExercise: true, text: { id: '<&>', en: '' } })],
      '/api/v1/cap',
      0,
    );
    expect(xmlFaults([feed, capFeed([], '/api/v1/cap', 0)])).toBe('');
    expect(
      xpath(feed, 'string((//*[local-name()="entry"])[2]/*[local-name()="title"])').trim(),
    ).toBe('LATIHAN: <&>');
    expect(feed).toContain('href="/api/v1/cap/0192f3a1-5c00-5000-8000-000000000001/1.xml"');
  });
});
