import type { DecodeReason, FixAttributes } from '../../server/domain/fix.ts';
import type { Refusal } from '../../server/domain/result.ts';
import { isJsonObject } from './jsonFields.ts';

/** Most attributes of one fix, and the longest text value and name among them, in characters. */
export const maxAttributes = 32;
const maxAttributeText = 256;
const maxAttributeName = 64;

/** Scalar members of a JSON object; what is none, or too many, is reported to `ignored` and left out. */
export function readAttributes(
  value: unknown,
  ignored: Refusal<DecodeReason>[],
): FixAttributes | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) {
    ignored.push({ reason: 'wrong_type', detail: '"attributes" must be a JSON object' });
    return undefined;
  }
  const entries = Object.entries(value);
  if (entries.length > maxAttributes) {
    ignored.push({
      reason: 'too_many_attributes',
      detail: `at most ${maxAttributes} attributes, got ${entries.length}: the rest is left out`,
    });
  }
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, scalar] of entries.slice(0, maxAttributes)) {
    if (name.length <= maxAttributeName && isScalar(scalar)) kept[name] = scalar;
    else {
      ignored.push({
        reason: 'wrong_type',
        detail: `attribute "${name.slice(0, 40)}" must be a number, a boolean or a text of at most ${maxAttributeText} characters`,
      });
    }
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** True for what an attribute may be. */
export function isScalar(value: unknown): value is string | number | boolean {
  if (typeof value === 'string') return value.length <= maxAttributeText;
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
