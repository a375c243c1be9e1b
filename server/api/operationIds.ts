import type { Operation } from '../domain/operation.ts';

/** The ids of operations by their keys. */
export type OperationIds = {
  readonly ids: ReadonlyMap<number, string>;
  readonly keys: ReadonlyMap<string, number>;
};

/**
 * Operations by key and id, neither of which ever changes: they are read again only where one is not
 * known, so that a board goes on while the database is away.
 *
 * @returns takes what it must know of; rejects with the database's error
 */
export function operationIdReader(
  list: () => Promise<readonly Pick<Operation, 'key' | 'id'>[]>,
): (isEnough: (known: OperationIds) => boolean) => Promise<OperationIds> {
  let known: OperationIds = { ids: new Map(), keys: new Map() };
  return async (isEnough) => {
    if (isEnough(known)) return known;
    const operations = await list();
    known = {
      ids: new Map(operations.map(({ key, id }) => [key, id])),
      keys: new Map(operations.map(({ key, id }) => [id, key])),
    };
    return known;
  };
}
