import type { ChildProcess } from 'node:child_process';

/** How a command ended, and the last of what it said on standard output and standard error. */
export type CommandEnd = { readonly ok: boolean; readonly output: string };

const maxOutputLength = 8_000;

/**
 * Waits for a child process to end. A child that could not be started counts as one that failed.
 *
 * @param signal when aborted, the child's whole process group is killed
 */
export function commandEnd(child: ChildProcess, signal?: AbortSignal): Promise<CommandEnd> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (text: unknown): void => {
      output = (output + String(text)).slice(-maxOutputLength);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    const kill = (): void => killGroup(child, 'SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    const end = (ok: boolean): void => {
      signal?.removeEventListener('abort', kill);
      resolve({ ok, output: output.trim() });
    };
    child.once('error', (error) => {
      keep(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
    if (signal?.aborted) kill();
  });
}

/** Signals a child that leads its own process group, and all in it. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}
