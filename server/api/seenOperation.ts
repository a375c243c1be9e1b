import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { type Access, scopeOf } from '../domain/access.ts';
import type { Operation } from '../domain/operation.ts';
import { includesRegion } from '../domain/region.ts';
import { findOperation, listOperations, noSuchOperation } from '../storage/operationStore.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

/** True when the caller sees a part of an operation's region, and with it the operation. */
export function isOperationSeen(
  { grants }: Access,
  { region }: Pick<Operation, 'region'>,
): boolean {
  return scopeOf(grants, 'sites.view').some(
    (code) => includesRegion(code, region) || includesRegion(region, code),
  );
}

/**
 * An operation that the caller sees.
 *
 * @throws ProblemError where there is none: of those of others not even their existence is told
 */
export async function findSeenOperation(
  { pool }: { readonly pool: Pool },
  request: FastifyRequest,
  id: string,
): Promise<Operation> {
  const found = await findOperation(pool, id);
  if (found !== undefined && isOperationSeen(accessOf(request), found)) return found;
  throw operationNotFound(request, id, await listOperations(pool));
}

/** Checks an operation that a list is to be restricted to, where one is: of one that there is not it would be empty. */
export async function demandSeenOperation(
  parts: { readonly pool: Pool },
  request: FastifyRequest,
  id: string | undefined,
): Promise<void> {
  if (id !== undefined) await findSeenOperation(parts, request, id);
}

/** Names those that the caller sees. */
export function operationNotFound(
  request: FastifyRequest,
  id: string,
  known: Iterable<Pick<Operation, 'id' | 'region'>>,
): ProblemError {
  const seen = [...known].filter((each) => isOperationSeen(accessOf(request), each));
  return new ProblemError('operation_not_found', noSuchOperation(id, seen));
}
