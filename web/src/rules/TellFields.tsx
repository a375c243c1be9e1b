import { ActionIcon, Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { audiences, maxEscalations } from '../../../server/domain/rule.ts';
import { ChoiceList } from './ChoiceList.tsx';
import type { RulePartProps } from './RuleFields.tsx';
import type { TypedEscalation } from './typedRule.ts';

/** Who hears of it, at once and later; and when it is over. */
export function TellFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  const change = (changed: TypedEscalation): void => {
    const escalation = typed.escalation.map((each) => (each.row === changed.row ? changed : each));
    onType({ ...typed, escalation });
  };
  const add = (): void => {
    const row = Math.max(-1, ...typed.escalation.map((each) => each.row)) + 1;
    const fresh = { row, afterS: '', to: 'commanders' } as const;
    onType({ ...typed, escalation: [...typed.escalation, fresh] });
  };
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.tell')}</legend>
      <ChoiceList
        label={t('ruleField.tell')}
        values={audiences}
        chosen={typed.tell}
        nameOf={(each) => t(`audience.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, tell: chosen })}
      />
      {typed.escalation.map((each, i) => (
        <Group key={each.row} gap="xs" align="start" wrap="nowrap">
          <TextInput
            size="xs"
            w={230}
            label={i === 0 && t('ruleField.afterS')}
            aria-label={t('ruleField.afterS')}
            inputMode="numeric"
            readOnly={isReadOnly}
            value={each.afterS}
            error={i === 0 && fault('bad_escalation')}
            onChange={(event) => change({ ...each, afterS: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            label={i === 0 && t('ruleField.alsoTell')}
            aria-label={t('ruleField.alsoTell')}
            disabled={isReadOnly}
            value={each.to}
            data={audiences.map((to) => ({ value: to, label: t(`audience.${to}`) }))}
            onChange={(event) => {
              const to = audiences.find((name) => name === event.currentTarget.value);
              if (to !== undefined) change({ ...each, to });
            }}
          />
          {!isReadOnly && (
            <ActionIcon
              size="sm"
              variant="subtle"
              mt={i === 0 ? 24 : 4}
              aria-label={t('rules.removeEscalation')}
              onClick={() =>
                onType({
                  ...typed,
                  escalation: typed.escalation.filter(({ row }) => row !== each.row),
                })
              }
            >
              ×
            </ActionIcon>
          )}
        </Group>
      ))}
      {typed.escalation.length === 0 && fault('bad_escalation') !== undefined && (
        <span role="alert" className="warns">
          {fault('bad_escalation')}
        </span>
      )}
      <Group gap="sm" align="end">
        {!isReadOnly && typed.escalation.length < maxEscalations && (
          <Button size="compact-xs" variant="default" onClick={add}>
            {t('rules.addEscalation')}
          </Button>
        )}
        <TextInput
          size="xs"
          w={190}
          label={t('ruleField.delayS')}
          inputMode="numeric"
          readOnly={isReadOnly}
          value={typed.delayS}
          error={fault('bad_delay')}
          onChange={(event) => onType({ ...typed, delayS: event.currentTarget.value })}
        />
        <Checkbox
          size="xs"
          mb={6}
          label={t('ruleField.needsOutcome')}
          checked={typed.needsOutcome || typed.kind === 'sos'}
          disabled={isReadOnly || typed.kind === 'sos'}
          onChange={(event) => onType({ ...typed, needsOutcome: event.currentTarget.checked })}
        />
      </Group>
    </fieldset>
  );
}
