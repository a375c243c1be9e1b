import { Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { maxNameLength, maxTextLength, priorities } from '../../../server/domain/rule.ts';
import type { RuleFault } from '../../../server/domain/ruleFields.ts';
import { ConditionFields } from './ConditionFields.tsx';
import { DuringFields } from './DuringFields.tsx';
import { ProcedureFields } from './ProcedureFields.tsx';
import { TellFields } from './TellFields.tsx';
import { TextPair } from './TextPair.tsx';
import type { TypedRule } from './typedRule.ts';
import { WhereFields, WhoFields } from './WhereWhoFields.tsx';

export type RulePartProps = {
  readonly typed: TypedRule;
  /** What is wrong with a part, in words; undefined: nothing that was found. */
  readonly fault: (reason: RuleFault) => string | undefined;
  readonly isReadOnly: boolean;
  readonly onType: (typed: TypedRule) => void;
};

/** Everything that can be said of a rule, with what is wrong beside the field that it is about. */
export function RuleFields(props: RulePartProps & { readonly isNew: boolean }) {
  const { typed, fault, isReadOnly, onType, isNew } = props;
  const { t } = useTranslation();
  const offered = priorities.filter((each) => (each === 'sos') === (typed.kind === 'sos'));
  return (
    <>
      <Group gap="sm" align="start" grow>
        <TextInput
          size="xs"
          label={t('ruleField.id')}
          description={isNew ? t('rules.idHint') : undefined}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          maxLength={64}
          spellCheck={false}
          readOnly={!isNew}
          value={typed.id}
          error={fault('bad_id')}
          onChange={(event) => onType({ ...typed, id: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t('ruleField.priority')}
          disabled={isReadOnly}
          value={typed.priority}
          error={fault('bad_priority')}
          data={offered.map((each) => ({ value: each, label: t(`priority.${each}`) }))}
          onChange={(event) => {
            const priority = offered.find((each) => each === event.currentTarget.value);
            if (priority !== undefined) onType({ ...typed, priority });
          }}
        />
        <Checkbox
          size="sm"
          mt={26}
          label={t('ruleField.isEnabled')}
          checked={typed.isEnabled}
          disabled={isReadOnly}
          onChange={(event) => onType({ ...typed, isEnabled: event.currentTarget.checked })}
        />
      </Group>
      <TextPair
        label={t('ruleField.name')}
        text={typed.name}
        maxLength={maxNameLength}
        error={fault('bad_name')}
        isReadOnly={isReadOnly}
        onType={(name) => onType({ ...typed, name })}
      />
      <ConditionFields {...props} />
      <WhereFields {...props} />
      <WhoFields {...props} />
      <DuringFields {...props} />
      <fieldset className="rule-part">
        <legend>{t('rules.text')}</legend>
        <TextPair
          label={t('ruleField.text')}
          description={t('rules.textHint')}
          text={typed.text}
          maxLength={maxTextLength}
          error={fault('bad_text')}
          isReadOnly={isReadOnly}
          onType={(text) => onType({ ...typed, text })}
        />
      </fieldset>
      <TellFields {...props} />
      <ProcedureFields {...props} />
    </>
  );
}
