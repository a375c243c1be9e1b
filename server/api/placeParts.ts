import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { type Access, isInScope, mayIn, scopeOf } from '../domain/access.ts';
import type { JournalInput } from '../domain/journalRecord.ts';
import type { Permission } from '../domain/permission.ts';
import { checkRegion } from '../domain/region.ts';
import { type ProblemCode, ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { readTime } from './timeQuery.ts';

/** What the routes of operations, sites and fences work with. */
export type PlaceParts = {
  readonly pool: Pool;
  /** Appends to the journal; false: it was not stored. */
  readonly appendRecord: (input: JournalInput) => Promise<boolean>;
  /**
   * Resolves when the running server has taken a committed change of places up, by its number. Never
   * rejects: where it cannot now, it hears of the change from the database later.
   */
  readonly takeUpChange: (change: number) => Promise<void>;
  readonly nowMs: () => number;
};

/*
 * Shapes that these routes share. What exactly a value may be, the stores check.
 */

export const siteParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) });
/** Rings are called `site:` and their site. */
export const fenceParams = Type.Object({
  id: Type.String({ pattern: '^(site:)?[A-Za-z0-9._-]{1,64}$' }),
});
export const operationParams = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
});
export const anyRegionSchema = Type.String({
  pattern: '^[0-9]{2}([.][0-9]{2}([.][0-9]{2}([.][0-9]{4})?)?)?$',
});
export const operationIdSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
// the database takes no NUL
export const searchSchema = Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000]*$' });
export const pageFields = {
  /** The id of the page before's last one. */
  cursor: Type.Optional(Type.String({ maxLength: 80, pattern: '^[A-Za-z0-9._:-]*$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000 })),
};
export const defaultPage = 500;
/** What was in force then: ISO 8601 with a zone. */
export const atSchema = Type.Optional(Type.String({ maxLength: 40 }));
/** The version that a change was made for. */
export const versionSchema = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
export const versionQuery = Type.Object({ version: versionSchema });

export function readAt(at: string | undefined): number | undefined {
  return at === undefined ? undefined : readTime('at', at);
}

/**
 * A region that a list is restricted to: of one that cannot be it would be empty.
 *
 * @throws ProblemError that says why there is none
 */
export function readRegion(region: string | undefined): string | undefined {
  const checked = region === undefined ? undefined : checkRegion(region);
  if (checked?.ok !== false) return region;
  throw new ProblemError('bad_request', checked.detail);
}

/** True when the caller sees places of a region. */
export function isSeen(access: Access, region: string): boolean {
  return isInScope(scopeOf(access.grants, 'sites.view'), [region]);
}

/** @throws ProblemError when something is not allowed in all of these regions */
export function demand(
  request: FastifyRequest,
  permission: Permission,
  ...regions: readonly (string | undefined)[]
): void {
  const { grants } = accessOf(request);
  const isAllowed = regions.every(
    (region) => region === undefined || mayIn(grants, permission, region),
  );
  if (!isAllowed) throw new ProblemError('forbidden');
}

/** Has the running server take up what a store committed; 0: nothing differed, so nothing was. */
export async function takeUp({ takeUpChange }: PlaceParts, change: number): Promise<void> {
  if (change > 0) await takeUpChange(change);
}

const codes: ReadonlyMap<string, ProblemCode> = new Map([
  ['unknown_operation', 'operation_not_found'],
  ['unknown_site', 'site_not_found'],
  ['unknown_fence', 'fence_not_found'],
  ['unknown_check_in', 'check_in_not_found'],
  ['ended_before', 'checked_out_before'],
  ['id_taken', 'id_taken'],
  ['version_conflict', 'version_conflict'],
  ['ring_of_site', 'ring_of_site'],
  ['phase_in_use', 'phase_in_use'],
  ['not_allowed', 'forbidden'],
]);

/** The problem for what a store refused. */
export function placeRefusal(refused: {
  readonly reason: string;
  readonly detail: string;
}): ProblemError {
  return new ProblemError(codes.get(refused.reason) ?? 'bad_request', refused.detail);
}
