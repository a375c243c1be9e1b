import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fenceClasses } from '../../../server/domain/fence.ts';
import { siteClasses, siteKinds } from '../../../server/domain/site.ts';
import { agencies, unitKinds } from '../../../server/domain/unit.ts';
import { ChoiceList } from './ChoiceList.tsx';
import type { RulePartProps } from './RuleFields.tsx';
import type { TypedRule } from './typedRule.ts';

type TextField = 'fenceIds' | 'siteIds' | 'regions' | 'unitIds';

/** Where; what is left empty does not restrict it. */
export function WhereFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.where')}</legend>
      <ChoiceList
        label={t('ruleField.fenceClasses')}
        values={fenceClasses}
        chosen={typed.fenceClasses}
        nameOf={(each) => t(`fenceClass.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, fenceClasses: chosen })}
      />
      <ChoiceList
        label={t('ruleField.siteKinds')}
        values={siteKinds}
        chosen={typed.siteKinds}
        nameOf={(each) => t(`siteKind.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, siteKinds: chosen })}
      />
      <ChoiceList
        label={t('ruleField.siteClasses')}
        values={siteClasses}
        chosen={typed.siteClasses}
        nameOf={(each) => t(`siteClass.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, siteClasses: chosen })}
      />
      <Group gap="sm" align="start" grow>
        <Ids field="regions" error={fault('bad_where')} {...{ typed, isReadOnly, onType }} />
        <Ids field="fenceIds" {...{ typed, isReadOnly, onType }} />
        <Ids field="siteIds" {...{ typed, isReadOnly, onType }} />
      </Group>
    </fieldset>
  );
}

/** Who; what is left empty does not restrict it. */
export function WhoFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.who')}</legend>
      <ChoiceList
        label={t('ruleField.unitKinds')}
        values={unitKinds}
        chosen={typed.unitKinds}
        nameOf={(each) => t(`kind.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, unitKinds: chosen })}
      />
      <ChoiceList
        label={t('ruleField.agencies')}
        values={agencies}
        chosen={typed.agencies}
        nameOf={(each) => t(`agency.${each}`)}
        isReadOnly={isReadOnly}
        onChoose={(chosen) => onType({ ...typed, agencies: chosen })}
      />
      <Group gap="sm" align="start" grow>
        <Ids field="unitIds" error={fault('bad_who')} {...{ typed, isReadOnly, onType }} />
        <NativeSelect
          size="xs"
          label={t('ruleField.assigned')}
          disabled={isReadOnly}
          value={typed.assigned}
          data={(['any', 'yes', 'no'] as const).map((each) => ({
            value: each,
            label: t(`assigned.${each}`),
          }))}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onType({ ...typed, assigned: value === 'yes' || value === 'no' ? value : 'any' });
          }}
        />
      </Group>
    </fieldset>
  );
}

type IdsProps = {
  readonly field: TextField;
  readonly typed: TypedRule;
  readonly error?: string | undefined;
  readonly isReadOnly: boolean;
  readonly onType: (typed: TypedRule) => void;
};

function Ids({ field, typed, error, isReadOnly, onType }: IdsProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      size="xs"
      label={t(`ruleField.${field}`)}
      placeholder={t('rules.all')}
      spellCheck={false}
      readOnly={isReadOnly}
      value={typed[field]}
      error={error}
      onChange={(event) => onType({ ...typed, [field]: event.currentTarget.value })}
    />
  );
}
