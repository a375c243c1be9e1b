import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleDetails } from '../../../server/domain/ruleDetails.ts';
import type { RuleFault } from '../../../server/domain/ruleFields.ts';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Form } from '../forms/Form.tsx';
import { Outcome } from '../forms/Outcome.tsx';
import { Section } from '../forms/Section.tsx';
import { RuleFields } from './RuleFields.tsx';
import { RuleVersions } from './RuleVersions.tsx';
import { readRule } from './readRules.ts';
import { ruleWords } from './ruleWords.ts';
import { TryRule } from './TryRule.tsx';
import { newRule, ruleBodyOf, ruleFault, type TypedRule, typedRuleOf } from './typedRule.ts';

type EditRuleProps = {
  /** Undefined: one that does not exist yet. */
  readonly rule: RuleDetails | undefined;
  /** Where the person may manage rules; a new one is of these. */
  readonly scope: readonly string[];
  readonly isReadOnly: boolean;
  readonly serverNowMs: number;
  readonly zone: ZoneOfIndonesia;
  readonly onBack: () => void;
  /** It is in force. */
  readonly onSaved: (rule: RuleDetails) => void;
};

/** One rule: all that it says, what it would have raised, and how it came about. */
export function EditRule(props: EditRuleProps) {
  const { rule, scope, isReadOnly, serverNowMs, zone, onBack, onSaved } = props;
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState<TypedRule>(() =>
    rule === undefined ? newRule(scope) : typedRuleOf(rule),
  );
  const [faults, setFaults] = useState<ReturnType<typeof ruleFault>>();
  const [done, setDone] = useState<string>();
  const fault = (reason: RuleFault): string | undefined =>
    faults?.reason === reason ? `${t(`ruleFault.${reason}`)} (${faults.detail})` : undefined;
  const check = (): boolean => {
    const found = ruleFault(typed);
    setFaults(found);
    return found === undefined;
  };
  const save = async (): Promise<void> => {
    setDone(undefined);
    if (!check()) return;
    const body = ruleBodyOf(typed);
    const saved = await order.run(() =>
      rule === undefined
        ? api.send('POST', '/rules', { id: typed.id.trim(), rule: body }, readRule)
        : api.send('PUT', `/rules/${rule.id}`, { version: rule.version, rule: body }, readRule),
    );
    if (saved === undefined) return;
    setDone(t('rules.saved', { version: saved.version }));
    onSaved(saved);
  };
  const remove = async (): Promise<void> => {
    if (rule === undefined) return;
    const path = `/rules/${rule.id}?version=${rule.version}`;
    const isRemoved = await order.run(() => api.send('DELETE', path, undefined, readNothing));
    if (isRemoved === true) onBack();
  };
  const title = rule === undefined ? t('rules.add') : rule.id;
  const words = ruleWords({ ...ruleBodyWords(typed) }, t);
  return (
    <>
      <Button size="compact-sm" variant="default" mb="xs" onClick={onBack}>
        {t('rules.back')}
      </Button>
      <Section title={title}>
        <Text size="sm" fw={600} role="status">
          {words}
        </Text>
        <Form faults={faults} problem={order.problem} label={title} onSubmit={() => void save()}>
          <RuleFields
            typed={typed}
            fault={fault}
            isReadOnly={isReadOnly}
            isNew={rule === undefined}
            onType={(next) => {
              setTyped(next);
              setDone(undefined);
            }}
          />
          <Outcome order={order} done={done} />
          {faults !== undefined && (
            <Text size="sm" role="alert" className="warns">
              {t('rules.notSaved')}
            </Text>
          )}
          {!isReadOnly && (
            <Group gap="sm">
              <Button type="submit" size="compact-md" loading={order.isBusy}>
                {t('rules.save')}
              </Button>
              {rule !== undefined && rule.condition.kind !== 'sos' && (
                <ConfirmButton
                  text={t('rules.remove')}
                  consequence={t('rules.removeNote')}
                  onConfirm={() => void remove()}
                />
              )}
            </Group>
          )}
        </Form>
      </Section>
      {!isReadOnly && <TryRule typed={typed} check={check} serverNowMs={serverNowMs} zone={zone} />}
      {rule !== undefined && <RuleVersions rule={rule} zone={zone} />}
    </>
  );
}

/** What the sentence about a rule is made of, while it is typed. */
function ruleBodyWords(typed: TypedRule): Parameters<typeof ruleWords>[0] {
  const { condition, where = {}, who = {}, during = {}, operationId } = ruleBodyOf(typed);
  const { kind: _kind, ...numbers } = condition;
  return {
    condition: { ...numbers, kind: typed.kind },
    ...{ where, who, during, operationId: operationId ?? null },
  };
}
