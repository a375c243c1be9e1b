import type { IngestReport } from '../ingest/messages.ts';
import type { Degradation, Health } from './domain/health.ts';
import type { SetAsideCount, SetAsideCounts, SetAsideReason } from './domain/setAside.ts';
import type { HubStatus } from './live/liveHub.ts';
import type { PipelineCounts } from './pipeline.ts';
import type { DatabaseStatus } from './storage/database.ts';
import type { PositionStoreStatus } from './storage/positionStore.ts';

/** What each part says of itself. */
export type HealthParts = {
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly startedAt: string;
  /** Undefined until the door's first report. */
  readonly door: IngestReport | undefined;
  /** Why there is no built-in map, if it could not be built. */
  readonly mapFailure: string | undefined;
  readonly database: DatabaseStatus;
  readonly positions: PositionStoreStatus;
  readonly verdicts: Readonly<PipelineCounts>;
  readonly live: HubStatus;
  readonly setAside: SetAsideCounts;
};

const quietDoor = { connections: 0, maxConnections: 0, admitted: 0, waiting: 0 };

/** The health page: how all parts are, and in plain words what works less well than it should. */
export function describeHealth(parts: HealthParts): Health {
  const degradations = findDegradations(parts);
  const { connections, maxConnections, admitted, waiting } = parts.door ?? quietDoor;
  const { queued, written, duplicates, notStored } = parts.positions;
  return {
    status: degradations.length === 0 ? 'ready' : 'degraded',
    degradations,
    version: parts.version,
    mode: parts.mode,
    startedAt: parts.startedAt,
    door: { connections, maxConnections, admitted, waiting },
    positions: parts.verdicts,
    storage: { kind: parts.database.kind, queued, written, duplicates, notStored },
    live: parts.live,
    setAside: addCounts(parts.door?.setAside ?? {}, parts.setAside),
  };
}

function findDegradations({ door, mapFailure, database, positions }: HealthParts): Degradation[] {
  const found: Degradation[] = [];
  const { failing } = positions;
  if (failing !== null || database.state === 'away') {
    const since = failing === null ? '' : ` since ${new Date(failing.sinceMs).toISOString()}`;
    found.push({
      code: 'database_away',
      detail:
        `the database does not take positions${since} (${failing?.error ?? database.error ?? 'away'}): ` +
        `the map goes on, ${positions.queued} positions wait in memory`,
    });
  }
  if (positions.notStored > 0) {
    found.push({
      code: 'positions_not_stored',
      detail: `${positions.notStored} positions since the start are in no database; see the log`,
    });
  }
  if (mapFailure !== undefined) {
    found.push({
      code: 'map_missing',
      detail: `the built-in map could not be built (${mapFailure}): run "npm run build" as the owner of the checkout and start again, or set POSKO_BASEMAP`,
    });
  }
  if (door !== undefined && door.waiting > 0) {
    found.push({
      code: 'senders_waiting',
      detail: `${door.waiting} messages wait: more comes in than this machine works off`,
    });
  }
  if (door !== undefined && door.connections >= door.maxConnections) {
    found.push({
      code: 'connections_full',
      detail: `all ${door.maxConnections} connections are in use: raise the limit of open files`,
    });
  }
  return found;
}

/** Counts of the door and of the pipeline together; of two newest cases the newer one. */
function addCounts(door: SetAsideCounts, pipeline: SetAsideCounts): SetAsideCounts {
  const sum: Partial<Record<SetAsideReason, SetAsideCount>> = { ...door };
  for (const [name, counted] of Object.entries(pipeline)) {
    const reason = name as SetAsideReason;
    const before = sum[reason];
    sum[reason] =
      before === undefined
        ? counted
        : {
            count: before.count + counted.count,
            last: before.last.atMs > counted.last.atMs ? before.last : counted.last,
          };
  }
  return sum;
}
