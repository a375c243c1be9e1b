import type { Fence } from './fence.ts';
import type { Operation } from './operation.ts';
import type { Site } from './site.ts';

/**
 * A change of places. The number alone says which came later; a database that was put back gives the
 * same numbers again, and only the time tells those from the ones before.
 */
export type ChangeId = {
  /** 0: there was no change yet. */
  readonly number: number;
  /** When what it begins and ends does so, epoch ms; 0 where there was none. */
  readonly atMs: number;
};

export function isSameChange(one: ChangeId, other: ChangeId): boolean {
  return one.number === other.number && one.atMs === other.atMs;
}

/** All places in force after a change of them. */
export type Places = {
  /** The newest change that they hold. */
  readonly change: ChangeId;
  readonly sites: readonly Site[];
  /** The rings of the sites included. */
  readonly fences: readonly Fence[];
  readonly operations: readonly Operation[];
};

/** What a change did to one sort of place. */
export type Versions<Place> = {
  readonly begun: readonly Place[];
  /** Keys of those that are no more: no version followed. */
  readonly endedKeys: readonly number[];
};

/** What one change did. */
export type ChangeOfPlaces = {
  readonly change: ChangeId;
  readonly sites: Versions<Site>;
  readonly fences: Versions<Fence>;
  /** All there are, as they are after it. */
  readonly operations: readonly Operation[];
};
