import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Seal } from './accounts/seal.ts';
import type { Fix } from './domain/fix.ts';
import type { OutKind, OutMessage } from './domain/outMessage.ts';
import type { LiveCore } from './liveCore.ts';
import { createOutbound, type Outbound } from './outbound/outbound.ts';
import type { LogAnchor } from './storage/log/logAnchors.ts';
import { createWebhookQueue } from './storage/webhookDeliveries.ts';

export type OutboundPartOptions = {
  readonly pool: Pool;
  readonly core: LiveCore;
  readonly seal: Seal;
  /** Hands messages to the door, to be published; resolves when it can take others. */
  readonly publish: (messages: readonly OutMessage[]) => Promise<void>;
  /** What is told by MQTT beside anchors. */
  readonly kinds: ReadonlySet<Exclude<OutKind, 'anchor'>>;
  readonly version: string;
  readonly log: Logger;
  readonly nowMs: () => number;
};

/** What other systems are told, fed by the live core. */
export type OutboundPart = {
  readonly outbound: Outbound;
  /** A unit is somewhere now. */
  moved(unitKey: number, fix: Fix): void;
  /** A day's log ended so. */
  anchored(anchor: LogAnchor): void;
};

/** Makes what tells other systems; `outbound.start` and `close` are the caller's. */
export function createOutboundPart(options: OutboundPartOptions): OutboundPart {
  const { pool, core, seal, publish, kinds, version, log, nowMs } = options;
  const { roster, places } = core;
  const outbound = createOutbound({
    mqtt: { publish, kinds },
    queue: createWebhookQueue(pool),
    openSecret: (sealed) => seal.open(sealed),
    ...{ version, nowMs, log },
  });
  const worksForExercise = (unitKey: number): boolean => {
    const keys = roster.operationsOf(unitKey);
    return places.operations.some(({ key, isExercise }) => isExercise && keys.includes(key));
  };
  return {
    outbound,
    moved: (unitKey, fix) => {
      const unit = kinds.has('position') ? roster.unitOf(unitKey) : undefined;
      if (unit === undefined) return;
      const { fixedAtMs, lon, lat, speedMps, courseDeg, accuracyM } = fix;
      outbound.moved({
        ...{ unitKey, unitId: unit.id, callsign: unit.callsign, kind: unit.kind },
        ...{ agency: unit.agency, regions: roster.regionsOf(unit) },
        ...{ fixedAtMs, lon, lat, speedMps, courseDeg, accuracyM },
        isExercise: worksForExercise(unitKey),
      });
    },
    anchored: ({ day, sequence, hash }) => {
      const regencies = roster.trackers.map(({ region }) => region);
      outbound.anchor({ day, sequence, hash: Buffer.from(hash).toString('hex') }, regencies);
    },
  };
}
