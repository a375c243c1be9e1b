import type { Access, Grant } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import type { Gateway, TrackerDoor } from '../domain/principal.ts';
import { everywhere } from '../domain/region.ts';
import type { Tracker, TrackerRole } from '../domain/unit.ts';

/**
 * The smallest region that includes all of these grants', so that what concerns a person is shown to
 * those who answer for all of what the person may; null where only the whole country does.
 */
export function regionOfGrants(grants: readonly Grant[]): string | null {
  const [first, ...rest] = grants.map(({ region }) =>
    region === everywhere ? [] : region.split('.'),
  );
  if (first === undefined) return null;
  const common = rest.reduce((shared, parts) => {
    const end = shared.findIndex((part, index) => part !== parts[index]);
    return end === -1 ? shared : shared.slice(0, end);
  }, first);
  return common.length === 0 ? null : common.join('.');
}

/** What somebody did to a user: to themselves or to another. Nothing of `data` may be a secret. */
export function deedOnUser(
  actor: string | null,
  action: string,
  user: { readonly name: string; readonly grants: readonly Grant[] },
  data: Deed['data'] = {},
): Deed {
  const regions = regionsOfGrants(user.grants);
  return {
    actor,
    action,
    subject: `user:${user.name}`,
    region: regionOfGrants(user.grants),
    // whoever answers for one of them sees it (logStore.ts)
    data: regions.length < 2 ? data : { ...data, regions },
  };
}

/** Where somebody has a role, in ascending order; empty for who has one everywhere. */
function regionsOfGrants(grants: readonly Grant[]): readonly string[] {
  const regions = [...new Set(grants.map(({ region }) => region))].sort();
  return regions.includes(everywhere) ? [] : regions;
}

/**
 * That somebody's roles were changed: one deed for each region in which they were, with the roles of
 * that region only, so that everybody who answers for one of them sees it and nobody more than that.
 */
export function deedsOnGrants(
  actor: string | null,
  user: { readonly name: string; readonly grants: readonly Grant[] },
  grants: readonly Grant[],
): readonly Deed[] {
  const regions = new Set([...user.grants, ...grants].map(({ region }) => region));
  return [...regions].sort().flatMap((region) => {
    const [before, after] = [rolesIn(user.grants, region), rolesIn(grants, region)];
    if (before.join() === after.join()) return [];
    const toGrant = (role: Grant['role']): Grant => ({ role, region });
    return {
      actor,
      action: 'user.grants_changed',
      subject: `user:${user.name}`,
      region: region === everywhere ? null : region,
      data: { before: before.map(toGrant), after: after.map(toGrant) },
    };
  });
}

function rolesIn(grants: readonly Grant[], wanted: string): readonly Grant['role'][] {
  const roles = grants.filter(({ region }) => region === wanted).map(({ role }) => role);
  return [...new Set(roles)].sort();
}

/** What somebody did to a token. */
export function deedOnToken(
  access: Access,
  action: string,
  token: { readonly kind: string; readonly name: string; readonly grant: Grant },
  data: Deed['data'] = {},
): Deed {
  return {
    actor: access.actor,
    action,
    subject: `token:${token.name}`,
    region: regionOfGrants([token.grant]),
    data: { kind: token.kind, ...data },
  };
}

/** What somebody did to a tracker. Who carries it is named nowhere in a log that keeps everything. */
export function deedOnTracker(
  actor: string | null,
  action: `tracker.${string}`,
  tracker: { readonly id: string; readonly region: string },
  data: Deed['data'] = {},
): Deed {
  return { actor, action, subject: `tracker:${tracker.id}`, region: tracker.region, data };
}

/** What somebody did to a gateway. */
export function deedOnGateway(
  actor: string | null,
  action: `gateway.${string}`,
  gateway: { readonly id: string; readonly region: string },
  data: Deed['data'] = {},
): Deed {
  return { actor, action, subject: `gateway:${gateway.id}`, region: gateway.region, data };
}

/** What of a tracker is named in the log; of other fields only that they changed. */
type TrackerNews = Partial<
  { readonly [Name in 'region' | 'timeZone']: Tracker[Name] | null } & TrackerDoor
>;

/**
 * That a tracker was changed, for whoever answers for the region that it was in and, when it moves,
 * for the one that it comes to.
 */
export function deedsOnTrackerChange(
  actor: string | null,
  before: { readonly id: string; readonly region: string },
  changes: { readonly [Name in keyof TrackerNews]: TrackerNews[Name] | undefined },
): readonly Deed[] {
  const { region, isWeak, networks, timeZone } = changes;
  const changed = Object.entries(changes)
    .flatMap(([name, value]) => (value === undefined ? [] : [name]))
    .sort();
  const data = { changed, region, isWeak, networks, timeZone };
  return inBothRegions(before.region, region).map((place) =>
    deedOnTracker(actor, 'tracker.changed', { ...before, region: place }, data),
  );
}

/** What an assignment concerns, each with its home region. */
type Assigned = { readonly tracker: HomeOf } & {
  readonly [Name in 'unit' | 'carrier' | 'primary']: HomeOf | undefined;
};
type HomeOf = { readonly id: string; readonly region: string };

/**
 * That a tracker was given to a unit, once for each region that it concerns: those of the tracker, of
 * the unit, of what carried it before and of the primary that it replaces.
 */
export function deedsOnAssignment(
  actor: string | null,
  { tracker, unit, carrier, primary }: Assigned,
  { role, fromMs }: { readonly role: TrackerRole; readonly fromMs?: number | undefined },
): readonly Deed[] {
  const replaced = role === 'primary' ? primary : undefined;
  const data = {
    unit: unit?.id,
    role,
    ...(fromMs !== undefined && { from: new Date(fromMs).toISOString() }),
    ...(carrier !== undefined && { carriedBy: carrier.id }),
    ...(replaced !== undefined && { replaced: replaced.id }),
  };
  const regions = [tracker, unit, carrier, replaced].flatMap((each) => each?.region ?? []);
  return [...new Set(regions)].map((region) =>
    deedOnTracker(actor, 'tracker.assigned', { ...tracker, region }, data),
  );
}

/** Ids that an entry of the log names; it tells how many there are in all. */
const maxNamedTrackers = 50;

/** The same of a gateway: which trackers came and went. */
export function deedsOnGatewayChange(
  actor: string | null,
  before: Pick<Gateway, 'id' | 'region' | 'trackerIds'>,
  changes: {
    readonly [Name in 'name' | 'region' | 'topics' | 'trackerIds']?: Gateway[Name] | undefined;
  },
): readonly Deed[] {
  const { trackerIds, ...named } = changes;
  const data =
    trackerIds === undefined
      ? named
      : {
          ...named,
          trackersAdded: without(trackerIds, before.trackerIds),
          trackersRemoved: without(before.trackerIds, trackerIds),
        };
  return inBothRegions(before.region, changes.region).map((region) =>
    deedOnGateway(actor, 'gateway.changed', { ...before, region }, data),
  );
}

function without(ids: readonly string[], others: readonly string[]) {
  const known = new Set(others);
  const left = ids.filter((id) => !known.has(id));
  return { count: left.length, ids: left.slice(0, maxNamedTrackers) };
}

function inBothRegions(before: string, after: string | null | undefined): readonly string[] {
  return typeof after === 'string' && after !== before ? [before, after] : [before];
}
