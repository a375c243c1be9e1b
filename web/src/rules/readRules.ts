import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import {
  type RuleDetails,
  type RuleTrialDetails,
  ruleDetailsSchema,
  ruleListSchema,
  ruleTrialSchema,
} from '../../../server/domain/ruleDetails.ts';

const versionsSchema = Type.Object({
  versions: Type.Array(
    Type.Object({
      rule: ruleDetailsSchema,
      validFromMs: Type.Number(),
      validToMs: Type.Union([Type.Number(), Type.Null()]),
      begunBy: Type.Union([Type.String(), Type.Null()]),
      endedBy: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
/** One version of a rule, and for how long it was in force. Times UTC epoch ms. */
export type RuleVersion = Static<typeof versionsSchema>['versions'][number];

/** Reads the answer of `GET /rules`. */
export function readRules(json: unknown): readonly RuleDetails[] | undefined {
  return Check(ruleListSchema, json) ? json.rules : undefined;
}

/** Reads a rule as an order for it is answered. */
export function readRule(json: unknown): RuleDetails | undefined {
  return Check(ruleDetailsSchema, json) ? json : undefined;
}

/** Reads the versions of the answer of `GET /rules/{id}`, the newest first. */
export function readRuleVersions(json: unknown): readonly RuleVersion[] | undefined {
  return Check(versionsSchema, json) ? json.versions : undefined;
}

/** Reads the answer of `POST /rules/trial`. */
export function readTrial(json: unknown): RuleTrialDetails | undefined {
  return Check(ruleTrialSchema, json) ? json : undefined;
}
