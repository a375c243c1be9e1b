import { fieldsOf, listOf, textOf } from '../api/jsonFields.ts';

/** Speaks for listed trackers under listed topics. */
export type ListedGateway = {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly topics: readonly string[];
  readonly trackerIds: readonly string[];
  readonly hasSecret: boolean;
};

/** Reads the answer of `GET /gateways`. */
export function readGateways(json: unknown): readonly ListedGateway[] | undefined {
  return listOf(fieldsOf(json)['gateways'], readGateway);
}

/** Reads one gateway. */
export function readGateway(json: unknown): ListedGateway | undefined {
  const fields = fieldsOf(json);
  const id = textOf(fields['id']);
  const region = textOf(fields['region']);
  const topics = listOf(fields['topics'], textOf);
  const trackerIds = listOf(fields['trackerIds'], textOf);
  if (id === undefined || region === undefined) return undefined;
  if (topics === undefined || trackerIds === undefined) return undefined;
  const name = textOf(fields['name']) ?? id;
  return { id, name, region, topics, trackerIds, hasSecret: fields['hasSecret'] === true };
}
