/*
 * A thread that tries one rule over what is stored, with a connection of its own, so that neither the
 * map nor alarms wait for it. Wiring of the thread only; started and ended by ruleTrials.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { tryRule } from './ruleTrial.ts';
import { ruleTrialInputs } from './ruleTrialInputs.ts';
import type { RuleTrialOutcome, RuleTrialTask } from './ruleTrials.ts';
import { readPlaces } from './storage/readPlaces.ts';
import { readRegistered } from './storage/readRegistered.ts';

if (parentPort === null) throw new Error('ruleTrialWorker.ts runs as a worker thread only');
const server = parentPort;
// what ruleTrials.ts has put in
const { rule, window, connection }: RuleTrialTask = workerData;

const pool = new pg.Pool({ ...connection, max: 2 });
const { trackers, operations } = await readRegistered(pool);
const outcome: RuleTrialOutcome = await tryRule(rule, {
  ...window,
  trackers: trackers.map(({ tracker }) => tracker),
  units: trackers.map(({ unit }) => unit),
  operationsOf: (unitKey) => operations.get(unitKey) ?? [],
  places: await readPlaces(pool),
  inputs: ruleTrialInputs(pool, window),
});
await pool.end();
server.postMessage(outcome);
