import { parentPort, workerData } from 'node:worker_threads';
import { buildBasemap } from './buildBasemap.ts';

// The thread that ensureBasemap starts: builds the file that workerData names and answers with its facts.
parentPort?.postMessage(await buildBasemap(String(workerData)));
