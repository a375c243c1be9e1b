import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { askNewSecret, readLine } from '../../../server/cli/askSecret.ts';

it('reads the first line, however it comes in pieces', async () => {
  const bytes = Buffer.from('kata sandi é\r\nnext');
  const pieces = Readable.from([bytes.subarray(0, 12), bytes.subarray(12)]);
  expect(await readLine(pieces)).toBe('kata sandi é');
  expect(await readLine(Readable.from(['no end']))).toBe('no end');
});

it('refuses standard input that is empty, or has no end', async () => {
  await expect(readLine(Readable.from([]))).rejects.toThrow(/nothing on standard input/);
  await expect(readLine(Readable.from(['\n']))).rejects.toThrow(/nothing on standard input/);
  const endless = Readable.from(['x'.repeat(4_000), 'x'.repeat(4_000), '\n']);
  await expect(readLine(endless)).rejects.toThrow(/more than 4096/);
});

it('asks twice at a terminal, where nobody sees what they type, and else once', async () => {
  const asked: string[] = [];
  const source = (isTerminal: boolean, answers: string[]) => ({
    isTerminal,
    ask: async (question: string) => {
      asked.push(question);
      return answers.shift() ?? '';
    },
  });
  expect(await askNewSecret(source(true, ['a', 'a']), 'Password')).toBe('a');
  expect(asked).toEqual(['Password:', 'Password, again:']);
  await expect(askNewSecret(source(true, ['a', 'b']), 'Password')).rejects.toThrow(/not the same/);
  expect(await askNewSecret(source(false, ['a']), 'Password')).toBe('a');
});
