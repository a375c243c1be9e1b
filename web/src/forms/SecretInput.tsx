import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** A field for a password, whose eye can be reached by keyboard and has a name. */
export function SecretInput({ error, ...others }: PasswordInputProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      visibilityToggleButtonProps={{ 'aria-label': t('field.showPassword'), tabIndex: 0 }}
      // the library tells it of every other field
      aria-invalid={error ? true : undefined}
      error={error}
      {...others}
    />
  );
}
