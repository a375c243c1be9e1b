import { dictionary } from '@zxcvbn-ts/language-common';
import { type PasswordWeakness, passwordBounds } from '../domain/account.ts';
import type { Refusal } from '../domain/result.ts';
import {
  type Argon2idHash,
  argon2idOfNothing,
  chosenCost,
  hashArgon2id,
  isArgon2idOf,
  isOfCost,
  readArgon2id,
} from './argon2id.ts';
import { createHashQueue } from './hashQueue.ts';

const hashQueue = createHashQueue(2, 64);

/** Digits and signs that make a word no better; with more of them a password is as good as they are. */
const maxPadding = 8;

/** What anybody would try first on a system of this kind, beside the dictionary's words. */
const tradeWords: ReadonlySet<string> = new Set([
  'posko',
  'polri',
  'polisi',
  'polres',
  'polda',
  'polsek',
  'brimob',
  'satpolpp',
  'damkar',
  'linmas',
  'dishub',
  'pemilu',
  'pilkada',
  'bhayangkara',
  'indonesia',
  'administrator',
  'katasandi',
]);

const commonWords: ReadonlySet<string> = new Set([
  ...dictionary['passwords-common'],
  ...tradeWords,
]);

/**
 * Hashes a password for keeping, as a PHC string. Takes tens of milliseconds; two run at a time, and
 * these go before the checks of strangers' passwords, since whoever sets one has shown who they are.
 *
 * @throws HashQueueFullError when too many wait
 */
export function hashPassword(password: string): Promise<string> {
  return hashQueue.run(() => hashArgon2id(normalise(password), chosenCost), true);
}

/**
 * Checks a password against the PHC string of one.
 *
 * @param isUrgent goes before the other hashes that wait: for who is likely to be who they say
 * @returns `needsRehash`: it was hashed in another way than would be done now
 * @throws HashQueueFullError when too many wait, and an Error when the string is none of ours
 */
export async function verifyPassword(
  hash: string,
  password: string,
  isUrgent = false,
): Promise<{ readonly ok: boolean; readonly needsRehash: boolean }> {
  const kept = readKept(hash);
  const ok = await hashQueue.run(() => isArgon2idOf(kept, normalise(password)), isUrgent);
  return { ok, needsRehash: !isOfCost(kept, chosenCost) };
}

/** A hash that no password has, so that an unknown name takes as long to refuse as a wrong password. */
export const hashOfNobody = argon2idOfNothing(chosenCost);

/** That a password cannot be had, and why. */
export type WeakPassword = {
  readonly ok: false;
  readonly weakness: PasswordWeakness;
} & Refusal<'weak_password'>;

/**
 * Whether somebody may have this password: 12 to 128 characters, and none that is guessed first (a
 * common password or the own name, also with a few digits or signs around it; words of this trade and
 * of the own name in a row; a short piece over and over). No rules on what it is composed of (OWASP
 * ASVS 5.0, 6.2.5).
 */
export function checkPassword(
  password: string,
  { name, fullName }: { readonly name: string; readonly fullName: string },
): { readonly ok: true } | WeakPassword {
  const text = normalise(password);
  const characters = [...text].length;
  const { min, max } = passwordBounds;
  if (characters < min || characters > max) {
    const detail = `a password has ${min} to ${max} characters; this one ${characters}`;
    return weak(characters < min ? 'too_short' : 'too_long', detail);
  }
  const folded = text.toLowerCase();
  if (/^(.{1,8}?)\1+$/su.test(folded)) {
    return weak('repetition', 'it is a short piece over and over');
  }
  const own = ownWords(name, fullName);
  for (const word of [folded, withoutEdges(folded)]) {
    if (own.has(word)) return weak('own_name', 'it is the own name, or little more');
    if (commonWords.has(word))
      return weak('common', 'it is among the passwords that are tried first');
  }
  if (isOnlyOf(folded, (word) => own.has(word) || tradeWords.has(word))) {
    return weak('common', 'it has words of this trade or of the own name, and nothing else');
  }
  return { ok: true };
}

/** That a password is the one that somebody has already. */
export const sameAsBefore = weak('same_as_before', 'it is the one that you have');

function weak(weakness: PasswordWeakness, detail: string): WeakPassword {
  return { ok: false, reason: 'weak_password', weakness, detail };
}

/** True when all words within a text are such ones, and what joins them is few digits: `posko-64.08-polres`. */
function isOnlyOf(text: string, isSuch: (word: string) => boolean): boolean {
  const words = text.match(/\p{L}+/gu) ?? [];
  const digits = text.match(/\p{N}/gu) ?? [];
  return words.length > 0 && digits.length <= maxPadding && words.every(isSuch);
}

function ownWords(name: string, fullName: string): ReadonlySet<string> {
  const folded = normalise(fullName).toLowerCase();
  const parts = folded.split(/\s+/u).filter((part) => part.length >= 4);
  return new Set([name.toLowerCase(), folded, folded.replace(/\s+/gu, ''), ...parts]);
}

/**
 * The word within the digits and signs before and after it. With more than eight of those the
 * password is as good as they are, and is left whole.
 */
function withoutEdges(text: string): string {
  const word = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return text.length - word.length > maxPadding ? text : word;
}

/** The same password typed on another system may come composed otherwise (Unicode, annex 15). */
function normalise(password: string): string {
  return password.normalize('NFC');
}

function readKept(text: string): Argon2idHash {
  const kept = readArgon2id(text);
  if (kept !== undefined) return kept;
  throw new Error(
    'A password in the database is not an argon2id hash (PHC string): set it anew with "npm run posko -- user password".',
  );
}
