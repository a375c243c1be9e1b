import { useTranslation } from 'react-i18next';
import { type PasswordFault, passwordLength, type TypedPassword } from './newPassword.ts';
import { SecretInput } from './SecretInput.tsx';

type NewPasswordFieldsProps = {
  readonly label: string;
  readonly typed: TypedPassword;
  readonly fault: PasswordFault | undefined;
  readonly onType: (typed: TypedPassword) => void;
};

/** A new password, typed twice, with the rules said before it is typed. */
export function NewPasswordFields({ label, typed, fault, onType }: NewPasswordFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SecretInput
        label={label}
        description={t('field.passwordRules')}
        autoComplete="new-password"
        required
        maxLength={512}
        value={typed.password}
        error={
          fault === 'length' && t('field.passwordLength', { n: passwordLength(typed.password) })
        }
        onChange={(event) => onType({ ...typed, password: event.currentTarget.value })}
      />
      <SecretInput
        label={t('field.repeatPassword')}
        autoComplete="new-password"
        required
        maxLength={512}
        value={typed.repeat}
        error={fault === 'differs' && t('field.passwordDiffers')}
        onChange={(event) => onType({ ...typed, repeat: event.currentTarget.value })}
      />
    </>
  );
}
