import { Button, Table } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleDetails } from '../../../server/domain/ruleDetails.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { languageOf } from '../texts/setUpTexts.ts';
import { readRuleVersions } from './readRules.ts';
import { ruleWords } from './ruleWords.ts';

type RuleVersionsProps = { readonly rule: RuleDetails; readonly zone: ZoneOfIndonesia };

/** How a rule came about: each version, from when, and by whom. */
export function RuleVersions({ rule, zone }: RuleVersionsProps) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  return (
    <Section title={t('rules.versions')}>
      {isShown ? (
        <Versions key={rule.version} rule={rule} zone={zone} />
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => setShown(true)}>
          {t('rules.showVersions')}
        </Button>
      )}
    </Section>
  );
}

function Versions({ rule, zone }: RuleVersionsProps) {
  const { t, i18n } = useTranslation();
  const { answer } = useAnswer(`/rules/${rule.id}`, readRuleVersions);
  const language = languageOf(i18n);
  if (answer === undefined) return null;
  if (!answer.ok) return <ProblemNotice problem={answer.problem} />;
  return (
    <Table className="data-table">
      <Table.Tbody>
        {answer.value.map(({ rule: then, validFromMs, begunBy }) => (
          <Table.Tr key={then.version} data-version={then.version}>
            <Table.Td className="digits">{then.version}</Table.Td>
            <Table.Td className="digits log-time">
              {dayAndTime(validFromMs, zone.timeZone, language)}
            </Table.Td>
            <Table.Td>{begunBy ?? t('rules.bySystem')}</Table.Td>
            <Table.Td>{t(then.isEnabled ? 'rules.on' : 'rules.off')}</Table.Td>
            <Table.Td>{t(`priority.${then.priority}`)}</Table.Td>
            <Table.Td>{ruleWords(then, t)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
