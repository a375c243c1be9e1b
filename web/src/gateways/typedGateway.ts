import { isInScope, type Scope } from '../../../server/domain/access.ts';
import { isRegencyCode, isTrackerId } from '../../../server/domain/unit.ts';
import type { ListedGateway } from './gateways.ts';

/** What is typed of a gateway; lists with one entry a line. */
export type TypedGateway = {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly topics: string;
  readonly trackerIds: string;
};

/** Which fields the server would refuse, as far as this page can tell. */
export type GatewayFaults = {
  readonly id?: boolean;
  readonly name?: boolean;
  readonly region?: 'wrong' | 'notYours' | undefined;
  readonly topics?: boolean;
  readonly trackerIds?: boolean;
};

/** A gateway that does not exist yet, in the one region that one manages. */
export function beginGateway(scope: Scope): TypedGateway {
  const [own = '', ...others] = scope;
  const region = others.length === 0 && isRegencyCode(own) ? own : '';
  return { id: '', name: '', region, topics: '', trackerIds: '' };
}

/** A gateway as it can be typed over. */
export function typedGatewayOf(gateway: ListedGateway): TypedGateway {
  const { id, name, region, topics, trackerIds } = gateway;
  return { id, name, region, topics: topics.join('\n'), trackerIds: trackerIds.join('\n') };
}

export function gatewayFaults(typed: TypedGateway, scope: Scope): GatewayFaults {
  const region = typed.region.trim();
  return {
    id: !isTrackerId(typed.id.trim()),
    name: typed.name.trim() === '',
    region: !isRegencyCode(region) ? 'wrong' : isInScope(scope, [region]) ? undefined : 'notYours',
    topics: !linesOf(typed.topics).every((topic) => /^[^+#$]/.test(topic)),
    trackerIds: !wordsOf(typed.trackerIds).every(isTrackerId),
  };
}

/** What the server is told of a gateway. */
export function gatewayBody({ name, region, topics, trackerIds }: TypedGateway) {
  return {
    name: name.trim(),
    region: region.trim(),
    topics: linesOf(topics),
    trackerIds: wordsOf(trackerIds),
  };
}

/** Topics may hold spaces. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}
