import { Worker } from 'node:worker_threads';
import { errorCode } from '../domain/systemError.ts';
import type { EditedGround, GroundEdit } from './editGround.ts';
import type { FromGroundEdit } from './groundEditWorker.ts';
import { ProblemError } from './problem.ts';

/** How long an edit may take, its thread's start left out. A line that follows the mouse takes some ms. */
const usualLimitMs = 3_000;
/** More at once would take the processors from those who keep the map going. */
const maxAtOnce = 2;
/** Of one thread. */
const maxHeapMb = 256;

/**
 * Edits ground in threads of their own, since an edit can take minutes. A thread is started by the first
 * edit that finds none idle, and kept for the next one; one that takes too long is ended.
 */
export class GroundEditor {
  readonly #limitMs: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();
  #isClosed = false;

  constructor(limitMs = usualLimitMs) {
    this.#limitMs = limitMs;
  }

  /**
   * Edits ground.
   *
   * @throws ProblemError where the edit is refused (editGround.ts), takes too long or too much memory,
   *   or too many are under way
   */
  async edit(wanted: GroundEdit): Promise<EditedGround> {
    if (this.#busy.size >= maxAtOnce) {
      const detail = `${maxAtOnce} edits are under way: send it again when they are done`;
      throw new ProblemError('too_many_requests', detail);
    }
    const worker = this.#idle.pop() ?? startThread();
    this.#busy.add(worker);
    try {
      const answer = await ask(worker, wanted, this.#limitMs);
      if (answer.type === 'refused') {
        throw new ProblemError(answer.code, answer.detail, answer.members);
      }
      return answer.ground;
    } finally {
      this.#busy.delete(worker);
      // one that failed has ended
      if (worker.threadId !== -1 && !this.#isClosed) this.#idle.push(worker);
    }
  }

  /** Ends all threads; what they were at fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#idle, ...this.#busy].map((worker) => worker.terminate()));
  }
}

function startThread(): Worker {
  const worker = new Worker(new URL('./groundEditWorker.ts', import.meta.url), {
    name: 'posko-ground',
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  // an idle one keeps no process from its end
  worker.unref();
  return worker;
}

type Answer = Exclude<FromGroundEdit, { readonly type: 'begun' }>;

/** Has a thread edit; when it fails, the thread has ended by then. */
function ask(worker: Worker, wanted: GroundEdit, limitMs: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let failure = new Error('the thread that edits ground has ended');
  let timer: NodeJS.Timeout | undefined;
  const onMessage = (message: FromGroundEdit): void => {
    if (message.type === 'begun') timer = setTimeout(onTimeout, limitMs);
    else resolve(message);
  };
  const onTimeout = (): void => {
    failure = new ProblemError('edit_too_slow', `it was ended after ${limitMs / 1_000} s`);
    void worker.terminate();
  };
  const onError = (error: Error): void => {
    const isTooLarge = errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY';
    failure = isTooLarge
      ? new ProblemError('edit_too_slow', `it was ended at ${maxHeapMb} MB`)
      : new Error('an edit of ground failed', { cause: error });
  };
  const onExit = (): void => reject(failure);
  worker.on('message', onMessage);
  worker.on('error', onError);
  worker.on('exit', onExit);
  worker.postMessage(wanted);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('message', onMessage);
    worker.off('error', onError);
    worker.off('exit', onExit);
  });
}
