import type { JournalStatus } from '../../server/domain/journalStatus.ts';
import type { HealthParts } from '../../server/health.ts';

/** A journal with nothing in it that the database lacks. */
export const quietJournal: JournalStatus = {
  state: 'storing',
  error: undefined,
  lastSequence: 0,
  usedBytes: 0,
  neededBytes: 0,
  allowedBytes: 5e9,
  notStored: 0,
  hasReserve: true,
  storingMs: null,
};

/** A server of which all is well, with this journal. */
export function partsWith(journal: JournalStatus): HealthParts {
  return {
    version: '1.2.3',
    mode: 'live',
    startedAt: '2024-11-27T00:15:03.000Z',
    door: {
      connections: 2,
      maxConnections: 100,
      admitted: 7,
      waiting: 0,
      lost: 0,
      broker: undefined,
      journal,
      setAside: {},
    },
    mapFailure: undefined,
    tlsFailure: undefined,
    database: { kind: 'embedded', state: 'running', restarts: 0, error: undefined },
    lacks: [],
    recorder: {
      behind: 0,
      written: 7,
      duplicates: 0,
      quarantined: 0,
      quarantineSkipped: 0,
      leftOut: 0,
      failing: null,
    },
    maintenance: { failing: [], advice: [], quarantineDisplaced: 0, retentionRules: undefined },
    lostRecords: 0,
    clockAheadMs: 0,
    verdicts: {
      live: 7,
      delayed: 0,
      duplicate: 0,
      implausible: 0,
      quarantined: 0,
      notALocation: 0,
    },
    live: { screens: 1, scopes: 1, refusedMessages: 0 },
    setAside: {},
  };
}
