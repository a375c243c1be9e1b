/*
 * A thread that edits ground, one edit after the other, so that nobody else waits for it. Wiring of the
 * thread only; started and ended by groundEditor.ts.
 */
import { parentPort } from 'node:worker_threads';
import { type EditedGround, editGround, type GroundEdit } from './editGround.ts';
import { type ProblemCode, ProblemError, type ProblemMembers } from './problem.ts';

/** What the thread says of an edit: first that it begins, then what came of it. */
export type FromGroundEdit =
  | { readonly type: 'begun' }
  | { readonly type: 'edited'; readonly ground: EditedGround }
  | {
      readonly type: 'refused';
      readonly code: ProblemCode;
      readonly detail: string | undefined;
      readonly members: ProblemMembers;
    };

if (parentPort === null) throw new Error('groundEditWorker.ts runs as a worker thread only');
const server = parentPort;
const say = (message: FromGroundEdit): void => server.postMessage(message);

server.on('message', (wanted: GroundEdit) => {
  say({ type: 'begun' });
  try {
    say({ type: 'edited', ground: editGround(wanted) });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, detail, members } = error;
    say({ type: 'refused', code, detail, members });
  }
});
