import type { LonLat } from './fence.ts';
import type { RuleKind, Text } from './rule.ts';
import type { Agency } from './unit.ts';

/**
 * Something that a rule may make an alarm of: that it began to be so, that it ended, or, where it is
 * over when it is told, that it was (`momentary`).
 */
export type Cause = {
  /** Of what it tells: the id of the transition, of the device's event; the same journal gives the same. */
  readonly id: string;
  readonly kind: RuleKind;
  readonly edge: 'began' | 'ended' | 'momentary';
  /**
   * Of whom and where: `unit:12/fence:7`, `site:3/polri`. What begins and what ends it have the same.
   */
  readonly subjectKey: string;
  readonly unitKey?: number | undefined;
  readonly unitKeys?: readonly number[] | undefined;
  readonly fenceKey?: number | undefined;
  readonly siteKey?: number | undefined;
  readonly agency?: Agency | undefined;
  readonly place?: LonLat | undefined;
  /** Of rules that watch by themselves (convergence, roaming, stopped, battery): only this one. */
  readonly ruleId?: string | undefined;
  /** When it began or ended, epoch ms; an end has the time of the end. */
  readonly happenedAtMs: number;
  /** When it is told, by the journal, epoch ms. */
  readonly atMs: number;
  /** What to fill in for `{value}`: `83 km/jam`, `12 %`; undefined: nothing. */
  readonly value?: Text | undefined;
  /** Kept with the alarm's event: evidence such as the times of fixes. Small, plain data. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
};
