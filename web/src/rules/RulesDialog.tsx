import { Button, Group, Switch, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mayIn, scopeOf } from '../../../server/domain/access.ts';
import { everywhere } from '../../../server/domain/region.ts';
import { priorities } from '../../../server/domain/rule.ts';
import type { RuleDetails } from '../../../server/domain/ruleDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { useOrder } from '../api/useOrder.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { EditRule } from './EditRule.tsx';
import { readRule, readRules } from './readRules.ts';
import { ruleWords } from './ruleWords.ts';
import { bodyOfRule } from './typedRule.ts';

type RulesDialogProps = {
  readonly session: SessionInfo;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: number;
  readonly onClose: () => void;
};

type Shown = { readonly part: 'list' | 'add' } | { readonly part: 'edit'; readonly id: string };

/** Which transition of whom at which place is an alarm: all rules, and one of them at a time. */
export function RulesDialog({ session, zone, serverNowMs, onClose }: RulesDialogProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useAnswer('/rules', readRules);
  const [shown, setShown] = useState<Shown>({ part: 'list' });
  const scope = scopeOf(session.grants, 'rules.manage');
  const rules = answer?.ok === true ? answer.value : [];
  const edited = shown.part === 'edit' ? rules.find(({ id }) => id === shown.id) : undefined;
  const back = (): void => {
    setShown({ part: 'list' });
    askAgain();
  };
  const form = { scope, serverNowMs, zone, onBack: back };
  return (
    <PageDialog title={t('rules.title')} widthPx={1080} onClose={onClose}>
      {shown.part === 'add' && (
        <EditRule
          {...form}
          rule={undefined}
          isReadOnly={false}
          onSaved={(rule) => {
            askAgain();
            setShown({ part: 'edit', id: rule.id });
          }}
        />
      )}
      {edited !== undefined && (
        <EditRule
          {...form}
          key={edited.id}
          rule={edited}
          isReadOnly={!mayManage(edited, session)}
          onSaved={askAgain}
        />
      )}
      {shown.part !== 'add' && edited === undefined && (
        <>
          <Group justify="space-between" mb="xs" wrap="nowrap" align="start">
            <Text size="sm">{t(scope.length > 0 ? 'rules.intro' : 'rules.introReader')}</Text>
            {scope.length > 0 && (
              <Button
                size="compact-sm"
                variant="default"
                className="whole"
                onClick={() => setShown({ part: 'add' })}
              >
                {t('rules.add')}
              </Button>
            )}
          </Group>
          <ProblemNotice problem={answer?.ok === false ? answer.problem : undefined} />
          <RuleTable
            rules={rules}
            session={session}
            onShow={(id) => setShown({ part: 'edit', id })}
            onChange={askAgain}
          />
        </>
      )}
    </PageDialog>
  );
}

/** A rule of an operation is judged by the server, which knows the operation's region. */
function mayManage({ where, operationId }: RuleDetails, { grants }: SessionInfo): boolean {
  if (where.regions === undefined && operationId !== null) {
    return scopeOf(grants, 'rules.manage').length > 0;
  }
  return (where.regions ?? [everywhere]).every((region) => mayIn(grants, 'rules.manage', region));
}

type RuleTableProps = {
  readonly rules: readonly RuleDetails[];
  readonly session: SessionInfo;
  readonly onShow: (id: string) => void;
  readonly onChange: () => void;
};

function RuleTable({ rules, session, onShow, onChange }: RuleTableProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const language = languageOf(i18n);
  const sorted = rules.toSorted(
    (a, b) =>
      priorities.indexOf(b.priority) - priorities.indexOf(a.priority) || (a.id < b.id ? -1 : 1),
  );
  const enable = async (rule: RuleDetails, isEnabled: boolean): Promise<void> => {
    const body = { version: rule.version, rule: bodyOfRule(rule, { isEnabled }) };
    await order.run(() => api.send('PUT', `/rules/${rule.id}`, body, readRule));
    onChange();
  };
  return (
    <>
      <ProblemNotice problem={order.problem} />
      <Table className="data-table rules-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('ruleField.isEnabled')}</Table.Th>
            <Table.Th>{t('ruleField.name')}</Table.Th>
            <Table.Th>{t('rules.watches')}</Table.Th>
            <Table.Th>{t('ruleField.priority')}</Table.Th>
            <Table.Th aria-hidden="true" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((rule) => {
            const mayChange = mayManage(rule, session);
            const isSos = rule.condition.kind === 'sos';
            return (
              <Table.Tr key={rule.id} data-rule={rule.id} data-enabled={rule.isEnabled}>
                <Table.Td>
                  {mayChange && !isSos ? (
                    <Switch
                      size="sm"
                      aria-label={t('rules.switch', { name: rule.name[language] })}
                      checked={rule.isEnabled}
                      disabled={order.isBusy}
                      onChange={(event) => void enable(rule, event.currentTarget.checked)}
                    />
                  ) : (
                    <span title={isSos ? t('rules.sosStays') : undefined}>
                      {t(rule.isEnabled ? 'rules.on' : 'rules.off')}
                    </span>
                  )}
                </Table.Td>
                <Table.Td>
                  {rule.name[language]}
                  {rule.isDefault && <span className="quiet rule-mark">{t('rules.default')}</span>}
                </Table.Td>
                <Table.Td>{ruleWords(rule, t)}</Table.Td>
                <Table.Td>{t(`priority.${rule.priority}`)}</Table.Td>
                <Table.Td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t(mayChange ? 'rules.editOf' : 'rules.showOf', {
                      name: rule.name[language],
                    })}
                    onClick={() => onShow(rule.id)}
                  >
                    {t(mayChange ? 'people.edit' : 'rules.show')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </>
  );
}
