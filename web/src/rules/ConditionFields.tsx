import { Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ruleKinds } from '../../../server/domain/rule.ts';
import { conditionFields } from '../../../server/domain/ruleCondition.ts';
import { roamingSenses } from '../../../server/domain/siteTransition.ts';
import type { RulePartProps } from './RuleFields.tsx';
import { type NumberField, numberFields, ruleKindOf } from './typedRule.ts';

/** What must be so, with the numbers that this kind asks for. */
export function ConditionFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  const asks = conditionFields[typed.kind];
  const numbers = asks.filter((field): field is NumberField => field in numberFields);
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.condition')}</legend>
      <Group gap="sm" align="start">
        <NativeSelect
          size="xs"
          label={t('rules.kind')}
          value={typed.kind}
          disabled={isReadOnly}
          error={fault('bad_condition')}
          data={ruleKinds.map((kind) => ({ value: kind, label: t(`ruleKind.${kind}`) }))}
          onChange={(event) => {
            const kind = ruleKindOf(event.currentTarget.value);
            if (kind === undefined) return;
            // the priority of an SOS is of an SOS alone
            const priority =
              kind === 'sos' ? 'sos' : typed.priority === 'sos' ? 'high' : typed.priority;
            onType({ ...typed, kind, priority });
          }}
        />
        {numbers.map((field) => (
          <TextInput
            key={field}
            size="xs"
            w={150}
            label={t(`ruleField.${field}`)}
            inputMode="decimal"
            maxLength={10}
            readOnly={isReadOnly}
            value={typed.numbers[field]}
            onChange={(event) =>
              onType({
                ...typed,
                numbers: { ...typed.numbers, [field]: event.currentTarget.value },
              })
            }
          />
        ))}
        {asks.includes('unitIds') && (
          <TextInput
            size="xs"
            label={t('ruleField.pair')}
            readOnly={isReadOnly}
            value={typed.pair}
            onChange={(event) => onType({ ...typed, pair: event.currentTarget.value })}
          />
        )}
        {asks.includes('sense') && (
          <NativeSelect
            size="xs"
            label={t('ruleField.sense')}
            disabled={isReadOnly}
            value={typed.sense}
            data={roamingSenses.map((sense) => ({ value: sense, label: t(`sense.${sense}`) }))}
            onChange={(event) => {
              const sense = event.currentTarget.value === 'farther' ? 'farther' : 'nearer';
              onType({ ...typed, sense });
            }}
          />
        )}
      </Group>
      {asks.includes('withPossible') && (
        <Checkbox
          size="xs"
          label={t('ruleField.withPossible')}
          checked={typed.withPossible}
          disabled={isReadOnly}
          onChange={(event) => onType({ ...typed, withPossible: event.currentTarget.checked })}
        />
      )}
    </fieldset>
  );
}
