import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleTrialDetails } from '../../../server/domain/ruleDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { languageOf } from '../texts/setUpTexts.ts';
import { readTrial } from './readRules.ts';
import { ruleBodyOf, type TypedRule } from './typedRule.ts';
import { yesterdayOf } from './yesterdayOf.ts';

type TryRuleProps = {
  readonly typed: TypedRule;
  /** False where something is wrong with it, which is then said beside the field. */
  readonly check: () => boolean;
  readonly serverNowMs: number;
  readonly zone: ZoneOfIndonesia;
};

/** What the rule, as it is typed, would have raised over stored positions. */
export function TryRule({ typed, check, serverNowMs, zone }: TryRuleProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [trial, setTrial] = useState<RuleTrialDetails>();
  const run = async (window: { readonly fromMs: number; readonly toMs: number }): Promise<void> => {
    setTrial(undefined);
    if (!check()) return;
    const from = new Date(window.fromMs).toISOString();
    const to = new Date(window.toMs).toISOString();
    const body = { rule: ruleBodyOf(typed), from, to };
    setTrial(await order.run(() => api.send('POST', '/rules/trial', body, readTrial)));
  };
  return (
    <Section title={t('rules.try')}>
      <Group gap="sm">
        <Button
          size="compact-sm"
          variant="default"
          loading={order.isBusy}
          onClick={() => void run(yesterdayOf(serverNowMs, zone))}
        >
          {t('rules.tryYesterday')}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          loading={order.isBusy}
          onClick={() => void run({ fromMs: serverNowMs - 86_400_000, toMs: serverNowMs })}
        >
          {t('rules.tryLastDay')}
        </Button>
      </Group>
      <ProblemNotice problem={order.problem} />
      {trial !== undefined && <TrialResult trial={trial} zone={zone} />}
    </Section>
  );
}

type TrialResultProps = { readonly trial: RuleTrialDetails; readonly zone: ZoneOfIndonesia };

function TrialResult({ trial, zone }: TrialResultProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { raised, occurrences, positions, units, matched, of, perDay, warning, first } = trial;
  return (
    <div data-trial={raised}>
      <Text size="sm" fw={600} role="status">
        {t('rules.wouldHave', { raised, occurrences })}
      </Text>
      <Text size="xs" className="quiet">
        {t('rules.trialRead', { positions, units })}
      </Text>
      {warning !== null && (
        <Text size="sm" role="alert" className="warns">
          {t(`rules.${warning}`, { matched, of, perDay: Math.round(perDay) })}
        </Text>
      )}
      {first.length > 0 && (
        <Table className="data-table">
          <Table.Tbody>
            {first.map(({ atMs, text, unitId, siteId, fenceId, isSuppressed }) => (
              <Table.Tr key={`${atMs} ${unitId} ${siteId} ${fenceId}`}>
                <Table.Td className="digits log-time">
                  {dayAndTime(atMs, zone.timeZone, language)}
                </Table.Td>
                <Table.Td>
                  {text[language]}
                  {isSuppressed && <span className="quiet"> · {t('rules.suppressed')}</span>}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}
