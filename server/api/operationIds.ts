import type { Operation } from '../domain/operation.ts';

/** What of an operation never changes. */
export type NamedOperation = Pick<Operation, 'key' | 'id' | 'region'>;

/** Operations by their keys and by their ids. */
export type OperationIds = {
  readonly byKey: ReadonlyMap<number, NamedOperation>;
  readonly byId: ReadonlyMap<string, NamedOperation>;
};

/**
 * Operations by key and id, which never change: they are read again only where one is not
 * known, so that a board goes on while the database is away.
 *
 * @returns takes what it must know of; rejects with the database's error
 */
export function operationIdReader(
  list: () => Promise<readonly NamedOperation[]>,
): (isEnough: (known: OperationIds) => boolean) => Promise<OperationIds> {
  let known: OperationIds = { byKey: new Map(), byId: new Map() };
  return async (isEnough) => {
    if (isEnough(known)) return known;
    const operations = (await list()).map(({ key, id, region }) => ({ key, id, region }));
    known = {
      byKey: new Map(operations.map((each) => [each.key, each])),
      byId: new Map(operations.map((each) => [each.id, each])),
    };
    return known;
  };
}
