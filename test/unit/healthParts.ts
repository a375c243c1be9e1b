import type { JournalStatus } from '../../server/domain/journalStatus.ts';
import type { HealthParts } from '../../server/health.ts';
import { noAlarms } from '../fixtures/noAlarms.ts';

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
      out: { listeners: 0, sent: 0, waiting: 0, dropped: 0, ended: 0, error: undefined },
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
    places: {
      ...{ taken: 7, settled: 5, corrected: 0, unwatched: 0 },
      ...{ change: 3, sites: 1, fences: 2, movingWaiting: 0, checkInsLeft: 0 },
    },
    indexBytes: 65_536,
    transitions: { written: 4, waiting: 0, dropped: 0, leftOut: 0, failing: null },
    alarms: noAlarms().counts(),
    alarmEvents: { written: 3, waiting: 0, dropped: 0, leftOut: 0, failing: null },
    incidentEvents: { written: 0, waiting: 0, dropped: 0, leftOut: 0, failing: null },
    liveStateFailing: null,
    live: { screens: 1, scopes: 1, refusedMessages: 0 },
    setAside: {},
  };
}
