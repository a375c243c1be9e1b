import { ActionIcon, Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RulePartProps } from './RuleFields.tsx';
import type { TypedWindow } from './typedRule.ts';

const days = [0, 1, 2, 3, 4, 5, 6] as const;

/** When: phases of an operation, and hours of the week. */
export function DuringFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  const change = (changed: TypedWindow): void => {
    const weekly = typed.weekly.map((each) => (each.row === changed.row ? changed : each));
    onType({ ...typed, weekly });
  };
  const add = (): void => {
    const row = Math.max(-1, ...typed.weekly.map((each) => each.row)) + 1;
    const fresh = { row, fromDay: 0, from: '07:00', toDay: 0, to: '17:00' };
    onType({ ...typed, weekly: [...typed.weekly, fresh] });
  };
  const dayNames = days.map((day) => ({ value: String(day), label: t(`day.${day}`) }));
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.during')}</legend>
      <Group gap="sm" align="start" grow>
        <TextInput
          size="xs"
          label={t('ruleField.phases')}
          placeholder={t('rules.all')}
          spellCheck={false}
          readOnly={isReadOnly}
          value={typed.phases}
          error={fault('bad_during')}
          onChange={(event) => onType({ ...typed, phases: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          label={t('ruleField.suppressedPhases')}
          spellCheck={false}
          readOnly={isReadOnly}
          value={typed.suppressedPhases}
          onChange={(event) => onType({ ...typed, suppressedPhases: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          label={t('ruleField.operationId')}
          placeholder={t('rules.all')}
          spellCheck={false}
          readOnly={isReadOnly}
          value={typed.operationId}
          onChange={(event) => onType({ ...typed, operationId: event.currentTarget.value })}
        />
      </Group>
      {typed.weekly.map((each) => (
        <Group key={each.row} gap="xs" wrap="nowrap">
          <NativeSelect
            size="xs"
            aria-label={t('rules.fromDay')}
            disabled={isReadOnly}
            data={dayNames}
            value={String(each.fromDay)}
            onChange={(event) => change({ ...each, fromDay: Number(event.currentTarget.value) })}
          />
          <TextInput
            size="xs"
            w={80}
            aria-label={t('rules.fromTime')}
            readOnly={isReadOnly}
            value={each.from}
            onChange={(event) => change({ ...each, from: event.currentTarget.value })}
          />
          –
          <NativeSelect
            size="xs"
            aria-label={t('rules.toDay')}
            disabled={isReadOnly}
            data={dayNames}
            value={String(each.toDay)}
            onChange={(event) => change({ ...each, toDay: Number(event.currentTarget.value) })}
          />
          <TextInput
            size="xs"
            w={80}
            aria-label={t('rules.toTime')}
            readOnly={isReadOnly}
            value={each.to}
            onChange={(event) => change({ ...each, to: event.currentTarget.value })}
          />
          {!isReadOnly && (
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={t('rules.removeWindow')}
              onClick={() =>
                onType({ ...typed, weekly: typed.weekly.filter(({ row }) => row !== each.row) })
              }
            >
              ×
            </ActionIcon>
          )}
        </Group>
      ))}
      <Group gap="sm" align="end">
        {!isReadOnly && (
          <Button size="compact-xs" variant="default" onClick={add}>
            {t('rules.addWindow')}
          </Button>
        )}
        {typed.weekly.length > 0 && (
          <TextInput
            size="xs"
            label={t('ruleField.timeZone')}
            placeholder={t('rules.ownZone')}
            readOnly={isReadOnly}
            value={typed.timeZone}
            onChange={(event) => onType({ ...typed, timeZone: event.currentTarget.value })}
          />
        )}
      </Group>
    </fieldset>
  );
}
