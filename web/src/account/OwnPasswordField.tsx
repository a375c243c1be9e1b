import { useTranslation } from 'react-i18next';
import { SecretInput } from '../forms/SecretInput.tsx';

type OwnPasswordFieldProps = {
  readonly password: string;
  readonly onType: (password: string) => void;
  readonly isWrong?: boolean;
  readonly isFirst?: boolean;
};

/** Shows again that it is oneself who sits here. */
export function OwnPasswordField(props: OwnPasswordFieldProps) {
  const { password, onType, isWrong = false, isFirst = false } = props;
  const { t } = useTranslation();
  return (
    <SecretInput
      label={t('field.oldPassword')}
      autoComplete="current-password"
      required
      autoFocus={isFirst}
      maxLength={512}
      value={password}
      error={isWrong && t('field.oldPasswordWrong')}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}
