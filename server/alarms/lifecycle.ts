import type { AlarmState } from '../domain/alarm.ts';

/**
 * What the server knows can happen to an alarm:
 * - `occurred`: it began to be so anew, or was so.
 * - `returned`: it is not so any more.
 * - `suppress`, `unsuppress`: by design, such as a phase that begins or ends.
 * - `shelf_expired`: the end of the shelf came.
 * - `settled`: it was normal for long enough, or over before anybody was shown it.
 * - `overflowed`: there are too many.
 */
export const serverStimuli = [
  'occurred',
  'returned',
  'suppress',
  'unsuppress',
  'shelf_expired',
  'settled',
  'overflowed',
] as const;

/** What people do. `remark`: comments, answers of the procedure, who has it, its incident. */
export const personStimuli = [
  'acknowledge',
  'shelve',
  'unshelve',
  'put_out_of_service',
  'return_to_service',
  'close',
  'remark',
] as const;
export type Stimulus = (typeof serverStimuli)[number] | (typeof personStimuli)[number];

/**
 * How things stand after the stimulus:
 * - `active`: it is so. Of a latching alarm always.
 * - `missed`: it is over, and nobody took it: it was so again on the shelf, or had been shown to people
 *   before it was suppressed.
 * - `over`: it is over, and there is nothing that nobody took.
 */
export const standings = ['active', 'missed', 'over'] as const;
export type Standing = (typeof standings)[number];

/** `already`: it is so already, nothing is done and nothing is wrong. `not_now`: the state does not allow it. */
export type Refusal = 'already' | 'not_now';

/** Latching ones are SOS: only a person ends them. */
export type Cell =
  | AlarmState
  | Refusal
  | Readonly<Record<Standing, AlarmState>>
  | {
      readonly latching: AlarmState | Refusal;
      readonly otherwise: AlarmState | Refusal;
    };

/** An SOS is acknowledged before it is closed, and never shelved: there is a person behind it. */
const closedByPerson = { latching: 'not_now', otherwise: 'closed' } as const;
const overflowed = { latching: 'not_now', otherwise: 'closed' } as const;
const shelvedByPerson = { latching: 'not_now', otherwise: 'shelved' } as const;

/**
 * Every state against everything that can happen [ANSI/ISA-18.2-2016, 5.2 (figure 4)]; docs/alarms.md
 * shows it.
 */
export const transitions: Readonly<Record<AlarmState, Readonly<Record<Stimulus, Cell>>>> = {
  unacknowledged: {
    occurred: 'unacknowledged',
    returned: { latching: 'not_now', otherwise: 'returned_unacknowledged' },
    suppress: { latching: 'not_now', otherwise: 'suppressed' },
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'not_now',
    overflowed,
    acknowledge: 'acknowledged',
    shelve: shelvedByPerson,
    unshelve: 'already',
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: closedByPerson,
    remark: 'unacknowledged',
  },
  acknowledged: {
    // the same SOS pressed again: somebody asks for help anew
    occurred: { latching: 'unacknowledged', otherwise: 'acknowledged' },
    returned: { latching: 'not_now', otherwise: 'normal' },
    suppress: { latching: 'not_now', otherwise: 'suppressed' },
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'not_now',
    overflowed,
    acknowledge: 'already',
    shelve: shelvedByPerson,
    unshelve: 'already',
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: 'closed',
    remark: 'acknowledged',
  },
  returned_unacknowledged: {
    occurred: {
      active: 'unacknowledged',
      missed: 'returned_unacknowledged',
      over: 'returned_unacknowledged',
    },
    returned: 'already',
    suppress: 'not_now',
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'not_now',
    overflowed: 'closed',
    acknowledge: 'normal',
    shelve: 'shelved',
    unshelve: 'already',
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: 'closed',
    remark: 'returned_unacknowledged',
  },
  normal: {
    occurred: {
      active: 'unacknowledged',
      missed: 'returned_unacknowledged',
      over: 'returned_unacknowledged',
    },
    returned: 'already',
    // only with an occurrence that is shown to nobody
    suppress: 'suppressed',
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'closed',
    overflowed: 'closed',
    acknowledge: 'already',
    shelve: 'shelved',
    unshelve: 'already',
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: 'closed',
    remark: 'normal',
  },
  shelved: {
    occurred: 'shelved',
    returned: 'shelved',
    suppress: 'not_now',
    unsuppress: 'not_now',
    shelf_expired: {
      active: 'unacknowledged',
      missed: 'returned_unacknowledged',
      over: 'normal',
    },
    settled: 'not_now',
    overflowed: 'closed',
    acknowledge: 'already',
    // for longer or shorter, with another reason
    shelve: 'shelved',
    unshelve: { active: 'acknowledged', missed: 'normal', over: 'normal' },
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: 'closed',
    remark: 'shelved',
  },
  suppressed: {
    occurred: 'suppressed',
    returned: 'suppressed',
    suppress: 'already',
    unsuppress: {
      active: 'unacknowledged',
      missed: 'returned_unacknowledged',
      over: 'normal',
    },
    shelf_expired: 'not_now',
    // nobody was ever shown it
    settled: 'closed',
    overflowed: 'closed',
    acknowledge: 'not_now',
    shelve: 'not_now',
    unshelve: 'already',
    put_out_of_service: 'out_of_service',
    return_to_service: 'already',
    close: 'not_now',
    remark: 'suppressed',
  },
  out_of_service: {
    occurred: 'out_of_service',
    returned: { latching: 'not_now', otherwise: 'out_of_service' },
    suppress: 'not_now',
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'not_now',
    overflowed,
    acknowledge: 'already',
    shelve: 'not_now',
    unshelve: 'already',
    put_out_of_service: 'already',
    return_to_service: { active: 'unacknowledged', missed: 'normal', over: 'normal' },
    close: 'closed',
    remark: 'out_of_service',
  },
  closed: {
    occurred: 'not_now',
    returned: 'not_now',
    suppress: 'not_now',
    unsuppress: 'not_now',
    shelf_expired: 'not_now',
    settled: 'not_now',
    overflowed: 'not_now',
    acknowledge: 'already',
    shelve: 'not_now',
    unshelve: 'not_now',
    put_out_of_service: 'not_now',
    return_to_service: 'not_now',
    close: 'already',
    remark: 'not_now',
  },
};

/** What a stimulus makes of an alarm: the state after it, or why there is none. */
export function nextState(
  state: AlarmState,
  stimulus: Stimulus,
  standing: Standing,
  isLatching: boolean,
): AlarmState | Refusal {
  const cell = transitions[state][stimulus];
  if (typeof cell === 'string') return cell;
  if ('latching' in cell) return isLatching ? cell.latching : cell.otherwise;
  return cell[standing];
}

/** True for an answer that is no state. */
export function isRefusal(next: AlarmState | Refusal): next is Refusal {
  return next === 'already' || next === 'not_now';
}
