import { type Static, Type } from 'typebox';
import { textSchema } from './alarmDetails.ts';
import { fenceClasses } from './fence.ts';
import { conditionsSchema } from './placeDetails.ts';
import {
  audiences,
  maxEscalations,
  maxNameLength,
  maxSteps,
  maxTextLength,
  priorities,
  type Rule,
  type RuleCondition,
  ruleKinds,
} from './rule.ts';
import { maxNamed } from './ruleFields.ts';
import { siteClasses, siteKinds } from './site.ts';
import { agencies, unitKinds } from './unit.ts';

/*
 * What `/rules` answers and takes. Times are UTC epoch milliseconds, durations milliseconds, distances
 * metres. What is left out of `where`, `who` and `during` does not restrict the rule.
 */

const closed = { additionalProperties: false };

/** `id` is Indonesian, `en` English; without `en` the Indonesian stands for both. */
const typedText = (maxLength: number) =>
  Type.Object(
    {
      id: Type.String({ minLength: 1, maxLength }),
      en: Type.Optional(Type.String({ maxLength })),
    },
    closed,
  );

const ids = Type.Array(Type.String({ maxLength: 128 }), { maxItems: maxNamed });
const phases = Type.Array(Type.String({ maxLength: 32 }), { maxItems: 32 });

/** A kind, and what it asks for (docs/rules.md). */
const conditionFields = {
  withPossible: Type.Optional(Type.Boolean()),
  units: Type.Optional(Type.Integer()),
  radiusM: Type.Optional(Type.Number()),
  withinMs: Type.Optional(Type.Integer()),
  nearM: Type.Optional(Type.Number()),
  unitIds: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 2 })),
  sense: Type.Optional(Type.String({ maxLength: 16 })),
  limitM: Type.Optional(Type.Number()),
  forMs: Type.Optional(Type.Integer()),
  belowPct: Type.Optional(Type.Number()),
};

const whereSchema = Type.Object(
  {
    fenceIds: Type.Optional(ids),
    fenceClasses: Type.Optional(Type.Array(Type.Enum([...fenceClasses]), { maxItems: maxNamed })),
    siteIds: Type.Optional(ids),
    siteKinds: Type.Optional(Type.Array(Type.Enum([...siteKinds]), { maxItems: maxNamed })),
    siteClasses: Type.Optional(Type.Array(Type.Enum([...siteClasses]), { maxItems: maxNamed })),
    regions: Type.Optional(ids),
  },
  closed,
);

const whoSchema = Type.Object(
  {
    unitIds: Type.Optional(ids),
    unitKinds: Type.Optional(Type.Array(Type.Enum([...unitKinds]), { maxItems: maxNamed })),
    agencies: Type.Optional(Type.Array(Type.Enum([...agencies]), { maxItems: maxNamed })),
    isAssigned: Type.Optional(Type.Boolean()),
  },
  closed,
);

const duringSchema = Type.Object(
  {
    phases: Type.Optional(phases),
    weekly: conditionsSchema.properties.weekly,
    timeZone: Type.Optional(Type.String({ maxLength: 64 })),
  },
  closed,
);

const escalationSchema = Type.Array(
  Type.Object({ afterMs: Type.Integer(), to: Type.Enum([...audiences]) }, closed),
  { maxItems: maxEscalations },
);

const common = {
  where: whereSchema,
  who: whoSchema,
  during: duringSchema,
  priority: Type.Enum([...priorities]),
  /** Told at once. */
  tell: Type.Array(Type.Enum([...audiences]), { maxItems: audiences.length }),
  escalation: escalationSchema,
  /** It must have been so for this long, beside what fence and plan ask for. */
  delayMs: Type.Integer(),
  /** In these phases it is noted and shown to nobody. */
  suppressedPhases: phases,
  needsOutcome: Type.Boolean(),
};

/** One version of a rule. */
export const ruleDetailsSchema = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  /** Shipped with Posko. */
  isDefault: Type.Boolean(),
  isEnabled: Type.Boolean(),
  name: textSchema,
  condition: Type.Object({ kind: Type.Enum([...ruleKinds]), ...conditionFields }, closed),
  ...common,
  /** Null: of all operations, and of none. */
  operationId: Type.Union([Type.String(), Type.Null()]),
  text: textSchema,
  procedure: Type.Array(Type.Object({ text: textSchema, answers: textSchema }, closed)),
});
export type RuleDetails = Static<typeof ruleDetailsSchema>;

export const ruleListSchema = Type.Object({ rules: Type.Array(ruleDetailsSchema) });

/**
 * A rule as somebody describes it, but for its id. The kind is any word here, so that whoever mistypes
 * it hears which there are.
 */
export const ruleBodySchema = Type.Object(
  {
    isEnabled: Type.Optional(Type.Boolean()),
    name: typedText(maxNameLength),
    condition: Type.Object({ kind: Type.String({ maxLength: 64 }), ...conditionFields }, closed),
    where: Type.Optional(common.where),
    who: Type.Optional(common.who),
    during: Type.Optional(common.during),
    operationId: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
    priority: common.priority,
    text: typedText(maxTextLength),
    procedure: Type.Optional(
      Type.Array(
        Type.Object({ text: typedText(maxTextLength), answers: typedText(maxNameLength) }, closed),
        { maxItems: maxSteps },
      ),
    ),
    tell: Type.Optional(common.tell),
    escalation: Type.Optional(common.escalation),
    delayMs: Type.Optional(common.delayMs),
    suppressedPhases: Type.Optional(common.suppressedPhases),
    needsOutcome: Type.Optional(common.needsOutcome),
  },
  closed,
);
export type RuleBody = Static<typeof ruleBodySchema>;

/** What a rule would have raised over stored positions. */
export const ruleTrialSchema = Type.Object({
  fromMs: Type.Number(),
  toMs: Type.Number(),
  /** Alarms that it would have raised, had nobody taken any. */
  raised: Type.Integer(),
  /** How often it was so in all: the same again counts on the same alarm. */
  occurrences: Type.Integer(),
  /** The first fifty. */
  first: Type.Array(
    Type.Object(
      {
        atMs: Type.Number(),
        text: textSchema,
        unitId: Type.Union([Type.String(), Type.Null()]),
        siteId: Type.Union([Type.String(), Type.Null()]),
        fenceId: Type.Union([Type.String(), Type.Null()]),
        isSuppressed: Type.Boolean(),
      },
      closed,
    ),
  ),
  /** What was read. */
  positions: Type.Integer(),
  units: Type.Integer(),
  /** Units, or sites, of which it would have raised any, and how many there are. */
  matched: Type.Integer(),
  of: Type.Integer(),
  /** Scaled to a day. */
  perDay: Type.Number(),
  /** Null: none. It fits most of what there is, or would raise more than people can bear. */
  warning: Type.Union([Type.Enum(['fits_most', 'too_many']), Type.Null()]),
});
export type RuleTrialDetails = Static<typeof ruleTrialSchema>;

/** A rule as `/rules` answers it. */
export function ruleDetails(rule: Rule): RuleDetails {
  const { condition, where, who, during, operationId, ...rest } = rule;
  return {
    ...rest,
    condition: conditionDetails(condition),
    where: {
      ...(where.fenceIds && { fenceIds: [...where.fenceIds] }),
      ...(where.fenceClasses && { fenceClasses: [...where.fenceClasses] }),
      ...(where.siteIds && { siteIds: [...where.siteIds] }),
      ...(where.siteKinds && { siteKinds: [...where.siteKinds] }),
      ...(where.siteClasses && { siteClasses: [...where.siteClasses] }),
      ...(where.regions && { regions: [...where.regions] }),
    },
    who: {
      ...(who.unitIds && { unitIds: [...who.unitIds] }),
      ...(who.unitKinds && { unitKinds: [...who.unitKinds] }),
      ...(who.agencies && { agencies: [...who.agencies] }),
      ...(who.isAssigned !== undefined && { isAssigned: who.isAssigned }),
    },
    during: {
      ...(during.phases && { phases: [...during.phases] }),
      ...(during.weekly && { weekly: [...during.weekly] }),
      ...(during.timeZone && { timeZone: during.timeZone }),
    },
    operationId: operationId ?? null,
    procedure: [...rest.procedure],
    tell: [...rest.tell],
    escalation: [...rest.escalation],
    suppressedPhases: [...rest.suppressedPhases],
  };
}

function conditionDetails(condition: RuleCondition): RuleDetails['condition'] {
  if (condition.kind !== 'roaming') return { ...condition };
  return { ...condition, unitIds: [...condition.unitIds] };
}
