import type { Decoded } from '../../server/domain/decoded.ts';
import type { DecodeReason } from '../../server/domain/fix.ts';
import type { Refusal, Result } from '../../server/domain/result.ts';

/** A JSON object whose members are still unknown. */
export type JsonObject = { readonly [name: string]: unknown };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses bytes as JSON. */
export function parseJson(raw: Uint8Array): Result<unknown, 'not_json'> {
  try {
    return { ok: true, value: JSON.parse(utf8.decode(raw)) };
  } catch {
    // the parser's own message quotes the input; the length is enough to find the message again
    return {
      ok: false,
      reason: 'not_json',
      detail: `${raw.byteLength} bytes that are not UTF-8 JSON`,
    };
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number that must be there. `min` and `max` are inclusive, in the field's own unit. */
export function requiredNumber(
  object: JsonObject,
  name: string,
  min: number,
  max: number,
): Result<number, DecodeReason> {
  const value = object[name];
  if (value === undefined || value === null) {
    return refuse('missing_field', `"${name}" is missing`);
  }
  return checkNumber(value, name, min, max);
}

/**
 * A number that may be absent (undefined). One that makes no sense is reported to `ignored` and
 * left out: a wrong battery level is no reason to lose a place.
 */
export function optionalNumber(
  object: JsonObject,
  name: string,
  min: number,
  max: number,
  ignored: Refusal<DecodeReason>[],
): number | undefined {
  const value = object[name];
  if (value === undefined || value === null) return undefined;
  const checked = checkNumber(value, name, min, max);
  if (checked.ok) return checked.value;
  ignored.push({ reason: checked.reason, detail: checked.detail });
  return undefined;
}

function checkNumber(
  value: unknown,
  name: string,
  min: number,
  max: number,
): Result<number, DecodeReason> {
  if (typeof value !== 'number') {
    return refuse('wrong_type', `"${name}" must be a number, got a ${typeof value}`);
  }
  // JSON has no NaN, but 1e999 parses as Infinity
  if (!(value >= min && value <= max)) {
    return refuse('out_of_range', `"${name}" must be from ${min} to ${max}, got ${value}`);
  }
  return { ok: true, value };
}

export function refuse(
  reason: DecodeReason,
  detail: string,
): { readonly ok: false } & Refusal<DecodeReason> {
  return { ok: false, reason, detail };
}

/** Course in degrees true as 0 <= x < 360: devices say 360 for north. */
export function courseFrom(courseDeg: number | undefined): number | undefined {
  return courseDeg === 360 ? 0 : courseDeg;
}

/** A message of which nothing could be used. */
export function onlyRefused({ reason, detail }: Refusal<DecodeReason>): Decoded {
  const refused = [{ reason, detail }];
  return { fixes: [], events: [], refused, ignoredFields: [], isNotALocation: false };
}

/** A message that rightly carries no place and says nothing else of use. */
export const notALocation: Decoded = {
  fixes: [],
  events: [],
  refused: [],
  ignoredFields: [],
  isNotALocation: true,
};
