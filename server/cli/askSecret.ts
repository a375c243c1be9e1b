import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks for something that nobody should read over a shoulder or find in a list of processes. */
export type SecretSource = {
  /** False: nobody is asked, the secret is the first line of standard input. */
  readonly isTerminal: boolean;
  /**
   * @param question ends in a colon; shown on standard error, so that results can be piped
   * @throws Error when there is none
   */
  ask(question: string): Promise<string>;
};

const maxLength = 4_096;

/** The terminal of this process. */
export const ownTerminal: SecretSource = {
  get isTerminal() {
    return process.stdin.isTTY === true;
  },
  ask: (question) => (process.stdin.isTTY === true ? askUnseen(question) : readLine(process.stdin)),
};

/** Asks for a secret that is new: twice where it is typed, since nobody sees what they type. */
export async function askNewSecret(secrets: SecretSource, what: string): Promise<string> {
  const secret = await secrets.ask(`${what}:`);
  if (!secrets.isTerminal) return secret;
  if ((await secrets.ask(`${what}, again:`)) === secret) return secret;
  throw new Error('The two were not the same: run the command again.');
}

function askUnseen(question: string): Promise<string> {
  process.stderr.write(`${question} `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  lines.once('line', resolve);
  lines.once('close', () => reject(new Error('Nothing was entered, so nothing was done.')));
  lines.once('SIGINT', () => lines.close());
  return promise.finally(() => {
    lines.close();
    process.stderr.write('\n');
  });
}

/** The first line of a stream. */
export async function readLine(input: AsyncIterable<string | Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.includes('\n') || text.length > maxLength) break;
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line.length > maxLength) {
    throw new Error(`Standard input has a line of more than ${maxLength} characters.`);
  }
  if (line !== '') return line;
  throw new Error(
    'There is nothing on standard input: run the command in a terminal, or pipe the secret in.',
  );
}
