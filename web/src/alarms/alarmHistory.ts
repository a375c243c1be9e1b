import { Type } from 'typebox';
import { Check } from 'typebox/value';
import {
  type AlarmDetails,
  type AlarmEventDetails,
  alarmDetailsSchema,
  alarmEventSchema,
} from '../../../server/domain/alarmDetails.ts';

/** An alarm with what happened to it so far, the oldest first, as far as it is stored. */
export type AlarmHistory = {
  readonly alarm: AlarmDetails;
  readonly events: readonly AlarmEventDetails[];
};

const historySchema = Type.Object({
  alarm: alarmDetailsSchema,
  events: Type.Array(alarmEventSchema),
});

/** Reads the answer of `GET /alarms/{id}`. */
export function readHistory(json: unknown): AlarmHistory | undefined {
  return Check(historySchema, json) ? json : undefined;
}

/** What somebody wrote with an event, or whom it is about, in words; undefined: nothing. */
export function remarkOf({ kind, data }: AlarmEventDetails): string | undefined {
  const { text, reason, to } = data;
  if (kind === 'assigned') return assigneeOf(to);
  const said = [text, reason].filter((each) => typeof each === 'string');
  return said.length === 0 ? undefined : said.join(' – ');
}

function assigneeOf(to: unknown): string | undefined {
  if (typeof to !== 'object' || to === null) return undefined;
  const { name, unitId } = { name: undefined, unitId: undefined, ...to };
  return [name, unitId].find((each) => typeof each === 'string');
}
