import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { type Grant, mayIn } from '../domain/access.ts';
import type { Deed } from '../domain/account.ts';
import { ruleRecord } from '../domain/coreRecord.ts';
import type { JournalInput } from '../domain/journalRecord.ts';
import { everywhere } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';
import type { Rule, RuleKind } from '../domain/rule.ts';
import {
  type RuleBody,
  type RuleDetails,
  type RuleTrialDetails,
  ruleBodySchema,
  ruleDetails,
  ruleDetailsSchema,
  ruleListSchema,
  ruleTrialSchema,
} from '../domain/ruleDetails.ts';
import { checkRule, type RuleFields } from '../domain/ruleFields.ts';
import { findOperation } from '../storage/operationStore.ts';
import {
  addRule,
  changeRule,
  findRule,
  type KnownRule,
  listRuleVersions,
  removeRule,
} from '../storage/ruleStore.ts';
import type { Roster } from '../tracking/roster.ts';
import { versionQuery, versionSchema } from './placeParts.ts';
import { type ProblemCode, ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { readTime } from './timeQuery.ts';

export type RuleParts = {
  readonly pool: Pool;
  readonly roster: Pick<Roster, 'unitById'>;
  readonly appendLog: (deed: Deed) => Promise<unknown>;
  /** The rules that count, also while the database is away; and what their changes are appended with. */
  readonly rules: () => readonly Rule[];
  readonly appendRecord: (input: JournalInput) => Promise<boolean>;
  /** Tries a rule over stored positions, beside the running server. */
  readonly tryRule: (
    rule: Rule,
    window: { readonly fromMs: number; readonly toMs: number },
  ) => Promise<Result<RuleTrialDetails, 'not_triable' | 'too_many_requests' | 'trial_too_long'>>;
  readonly nowMs: () => number;
};

const params = Type.Object({ id: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }) });
const view = { access: 'alarms.view' } as const;
const manage = { access: 'rules.manage' } as const;
const bodyLimit = 256 * 1_024;

const codes: ReadonlyMap<string, ProblemCode> = new Map([
  ['unknown_rule', 'rule_not_found'],
  ['id_taken', 'id_taken'],
  ['version_conflict', 'version_conflict'],
  ['too_many', 'too_many'],
  ['not_allowed', 'forbidden'],
]);

/** `/rules`: which transition of whom at which fence, when, is an alarm. */
export function ruleRoutes(parts: RuleParts): FastifyPluginCallbackTypebox {
  const { pool, roster, appendLog, rules, appendRecord, tryRule, nowMs } = parts;

  /** @throws ProblemError where it is no rule, or reaches beyond the regions of whoever wrote it */
  const read = async (request: FastifyRequest, id: string, body: RuleBody): Promise<RuleFields> => {
    const { operationId, ...rest } = body;
    const checked = checkRule({ ...rest, id, operationId: operationId ?? undefined });
    if (!checked.ok) throw new ProblemError('bad_request', checked.detail);
    const rule = checked.value;
    if (rule.condition.kind === 'sos' && !rule.isEnabled) throw new ProblemError('sos_rule_stays');
    const regions = await regionsOf(rule);
    const { grants } = accessOf(request);
    mustManageUnits(grants, rule);
    const beyond = regions.find((region) => !mayIn(grants, 'rules.manage', region));
    if (beyond === undefined) return rule;
    const detail =
      beyond === everywhere
        ? 'a rule that names no region and no operation counts everywhere, which is for whoever manages all of it: name your region'
        : `the rule reaches into ${beyond}`;
    throw new ProblemError('forbidden', detail);
  };

  /** Where a rule can raise an alarm. */
  const regionsOf = async ({ where, operationId }: RuleFields | Rule) => {
    if (where.regions !== undefined) return where.regions;
    if (operationId === undefined) return [everywhere];
    const operation = await findOperation(pool, operationId);
    if (operation === undefined) throw new ProblemError('operation_not_found', operationId);
    return [operation.region];
  };

  /**
   * Where one of two units is tells where the other one is: both must be the writer's.
   *
   * @throws ProblemError for units of others, of which not even their existence is told
   */
  const mustManageUnits = (grants: readonly Grant[], { condition }: RuleFields): void => {
    if (condition.kind !== 'roaming' || mayIn(grants, 'rules.manage', everywhere)) return;
    for (const id of condition.unitIds) {
      const unit = roster.unitById(id);
      if (unit === undefined || !mayIn(grants, 'rules.manage', unit.region)) {
        throw new ProblemError('unit_not_found', id);
      }
    }
  };

  /** What the log says, if the rule as it was is the caller's to change too. */
  const planOf =
    (
      request: FastifyRequest,
      action: string,
      id: string,
      { regions: before, judged }: { regions: readonly string[]; judged?: KnownRule },
      to?: Rule['priority'],
    ) =>
    (found: KnownRule | undefined): readonly Deed[] | undefined => {
      // somebody was first, and is told so: what was judged here is another version
      if (found?.rule.version !== judged?.rule.version) return [];
      const { actor, grants } = accessOf(request);
      if (!before.every((region) => mayIn(grants, 'rules.manage', region))) return undefined;
      const [region] = before;
      return [
        {
          ...{ actor, action: `rule.${action}`, subject: `rule:${id}` },
          region: region === everywhere ? null : (region ?? null),
          data: { version: found?.rule.version ?? null, priority: to ?? null },
        },
      ];
    };

  /**
   * A rule to be changed, with where it can raise an alarm: as the database has it, since what counts
   * may be older.
   */
  const knownRule = async (id: string) => {
    const judged = await findRule(pool, id);
    if (judged === undefined) throw new ProblemError('rule_not_found', `there is no rule "${id}"`);
    return { judged, regions: await regionsOf(judged.rule) };
  };

  /** It counts by the journal: what did not get there is asked for once more by whoever asked. */
  const count = async (input: JournalInput): Promise<void> => {
    if (!(await appendRecord(input))) throw new ProblemError('not_stored');
  };

  return (app, _options, done) => {
    app.get('/rules', { config: view, schema: { response: { 200: ruleListSchema } } }, () => ({
      rules: rules().map(ruleDetails),
    }));

    app.get(
      '/rules/:id',
      {
        config: view,
        schema: {
          params,
          response: {
            200: Type.Object({
              rule: Type.Union([ruleDetailsSchema, Type.Null()]),
              /** Newest first; the first is in force, unless the rule was removed. */
              versions: Type.Array(
                Type.Object({
                  rule: ruleDetailsSchema,
                  validFromMs: Type.Number(),
                  validToMs: Type.Union([Type.Number(), Type.Null()]),
                  begunBy: Type.Union([Type.String(), Type.Null()]),
                  endedBy: Type.Union([Type.String(), Type.Null()]),
                }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const versions = await listRuleVersions(pool, id, undefined, maxVersions);
        const rule = rules().find((each) => each.id === id);
        if (rule === undefined && versions.length === 0)
          throw new ProblemError('rule_not_found', id);
        return {
          rule: rule === undefined ? null : ruleDetails(rule),
          versions: versions.map(
            ({ rule: then, validFromMs, validToMs = null, begunBy, endedBy }) => ({
              ...{ rule: ruleDetails(then), validFromMs, validToMs, begunBy, endedBy },
            }),
          ),
        };
      },
    );

    app.post(
      '/rules',
      {
        config: manage,
        bodyLimit,
        schema: {
          body: Type.Object({ id: params.properties.id, rule: ruleBodySchema }),
          response: { 201: ruleDetailsSchema },
        },
      },
      async (request, reply) => {
        const { id, rule: body } = request.body;
        const rule = await read(request, id, body);
        const regions = await regionsOf(rule);
        const plan = planOf(request, 'added', id, { regions }, rule.priority);
        const added = await addRule(pool, rule, accessOf(request).actor, plan);
        return reply.code(201).send(await committed(added));
      },
    );

    app.put(
      '/rules/:id',
      {
        config: manage,
        bodyLimit,
        schema: {
          params,
          body: Type.Object({ version: versionSchema, rule: ruleBodySchema }),
          response: { 200: ruleDetailsSchema },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { version, rule: body } = request.body;
        const rule = await read(request, id, body);
        const plan = planOf(request, 'changed', id, await knownRule(id), rule.priority);
        return committed(await changeRule(pool, id, version, rule, accessOf(request).actor, plan));
      },
    );

    app.delete(
      '/rules/:id',
      { config: manage, schema: { params, querystring: versionQuery } },
      async (request, reply) => {
        const { id } = request.params;
        const known = await knownRule(id);
        if (known.judged.rule.condition.kind === 'sos') throw new ProblemError('sos_rule_stays');
        const plan = planOf(request, 'removed', id, known);
        const { actor } = accessOf(request);
        const removed = await removeRule(pool, id, request.query.version, actor, plan);
        if (!removed.ok) throw refusal(removed);
        await count(
          ruleRecord({ type: 'rule_removed', ruleId: id, version: removed.value.rule.version }),
        );
        return reply.code(204).send();
      },
    );

    app.post(
      '/rules/trial',
      {
        config: { ...manage, rate: 'export' },
        bodyLimit,
        schema: {
          body: Type.Object({
            rule: ruleBodySchema,
            /** Of the positions to try it on, ISO 8601 with a zone; left out: the last 24 hours. */
            from: Type.Optional(Type.String({ maxLength: 40 })),
            to: Type.Optional(Type.String({ maxLength: 40 })),
          }),
          response: { 200: ruleTrialSchema },
        },
      },
      async (request) => {
        const { rule: body, from, to } = request.body;
        const fields = await read(request, 'trial', body);
        const toMs = to === undefined ? nowMs() : readTime('to', to);
        const fromMs = from === undefined ? toMs - dayMs : readTime('from', from);
        if (!(fromMs < toMs && toMs - fromMs <= maxTrialMs)) {
          throw new ProblemError('bad_request', 'a trial is over at most 2 days, from before to');
        }
        const rule = { ...fields, isEnabled: true, version: 1, isDefault: false };
        const regions = await regionsOf(rule);
        const { actor, grants } = accessOf(request);
        const [region] = regions;
        await appendLog({
          ...{ actor, action: 'rule.tried', subject: 'rule:trial' },
          region: region === everywhere ? null : (region ?? null),
          data: { kind: rule.condition.kind, unitIds: unitIdsOf(rule), fromMs, toMs },
        });
        const tried = await tryRule(rule, { fromMs, toMs });
        if (!tried.ok) {
          const code = tried.reason === 'not_triable' ? 'bad_request' : tried.reason;
          throw new ProblemError(code, tried.detail);
        }
        const seesTracks = regions.every((each) => mayIn(grants, 'tracks.view', each));
        return seesTracks ? tried.value : withoutUnits(tried.value, rule);
      },
    );
    done();
  };

  async function committed(
    stored: Awaited<ReturnType<typeof addRule>> | Awaited<ReturnType<typeof changeRule>>,
  ): Promise<RuleDetails> {
    if (!stored.ok) throw refusal(stored);
    const { rule } = stored.value;
    await count(ruleRecord({ type: 'rule_set', rule }));
    return ruleDetails(rule);
  }
}

const dayMs = 86_400_000;
const maxVersions = 200;
const maxTrialMs = 2 * dayMs;

/** What these find out says how many were at a site, and not which. */
const siteKinds: ReadonlySet<RuleKind> = new Set(['absence', 'under_strength', 'not_reported']);

/** Units that a rule names; null: none. */
function unitIdsOf({ condition, who }: RuleFields): readonly string[] | null {
  return condition.kind === 'roaming' ? condition.unitIds : (who.unitIds ?? null);
}

/** How much a rule would have raised, for whoever may not know where units were. */
function withoutUnits(tried: RuleTrialDetails, rule: RuleFields): RuleTrialDetails {
  if (siteKinds.has(rule.condition.kind)) return tried;
  // of a rule that names its units each time and place is one of theirs
  const first = unitIdsOf(rule) === null ? tried.first : [];
  return { ...tried, first: first.map((each) => ({ ...each, unitId: null, text: rule.name })) };
}

function refusal({ reason, detail }: { readonly reason: string; readonly detail: string }) {
  return new ProblemError(codes.get(reason) ?? 'bad_request', detail);
}
