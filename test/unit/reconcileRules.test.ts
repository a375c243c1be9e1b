import { expect, it } from 'vitest';
import { changesOfRules } from '../../server/reconcileRules.ts';
import { ruleOf } from './alarms/alarmRig.ts';

const inForce = (...versions: number[]) =>
  new Map(versions.map((version) => ['ring', ruleOf({ version })]));
const seen = (version: number) => new Map([['ring', version]]);
const removed = (version: number) => ({ type: 'rule_removed', ruleId: 'ring', version });

it('brings what the journal lacks, with the version of what was removed', () => {
  const two = ruleOf({ version: 2 });
  expect(changesOfRules([two], seen(2), inForce(2), seen(2))).toEqual([]);
  expect(changesOfRules([two], seen(2), inForce(3), seen(3))).toEqual([
    { type: 'rule_set', rule: ruleOf({ version: 3 }) },
  ]);
  expect(changesOfRules([two], seen(2), new Map(), seen(2))).toEqual([removed(2)]);
  expect(changesOfRules([], seen(2), new Map(), seen(2))).toEqual([]);
  expect(changesOfRules([], seen(2), inForce(3), seen(3))).toEqual([
    { type: 'rule_set', rule: ruleOf({ version: 3 }) },
  ]);
});

it('counts versions anew where the database was put back', () => {
  const back = { ...removed(5), isPutBack: true };
  const five = ruleOf({ version: 5 });
  const three = { type: 'rule_set', rule: ruleOf({ version: 3 }) };
  expect(changesOfRules([five], seen(5), inForce(3), seen(3))).toEqual([back, three]);
  expect(changesOfRules([five], seen(5), new Map(), seen(3))).toEqual([back]);
  expect(changesOfRules([], seen(5), inForce(3), seen(3))).toEqual([back, three]);
  expect(changesOfRules([], seen(5), inForce(5), seen(5))).toEqual([
    back,
    { type: 'rule_set', rule: five },
  ]);
});
