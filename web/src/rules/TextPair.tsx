import { Group, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TypedText } from './typedRule.ts';

type TextPairProps = {
  readonly label: string;
  readonly description?: string;
  readonly text: TypedText;
  readonly maxLength: number;
  readonly error?: string | undefined;
  readonly isReadOnly: boolean;
  readonly onType: (text: TypedText) => void;
};

/** A text in both languages; without English the Indonesian stands for both. */
export function TextPair(props: TextPairProps) {
  const { label, description, text, maxLength, error, isReadOnly, onType } = props;
  const { t } = useTranslation();
  return (
    <Group gap="sm" align="start" grow>
      <TextInput
        size="xs"
        label={`${label} · Indonesia`}
        description={description}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        maxLength={maxLength}
        readOnly={isReadOnly}
        value={text.id}
        error={error}
        onChange={(event) => onType({ ...text, id: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        label={`${label} · English`}
        placeholder={t('rules.sameText')}
        maxLength={maxLength}
        readOnly={isReadOnly}
        value={text.en}
        onChange={(event) => onType({ ...text, en: event.currentTarget.value })}
      />
    </Group>
  );
}
