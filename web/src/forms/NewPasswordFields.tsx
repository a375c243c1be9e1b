import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type PasswordRefusal, passwordLength, type TypedPassword } from './newPassword.ts';
import { SecretInput } from './SecretInput.tsx';

type NewPasswordFieldsProps = {
  readonly label: string;
  readonly typed: TypedPassword;
  readonly fault: PasswordRefusal | undefined;
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
        error={fault !== undefined && fault !== 'differs' && faultText(fault, typed, t)}
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

function faultText(
  fault: Exclude<PasswordRefusal, 'differs'>,
  { password }: TypedPassword,
  t: TFunction,
): string {
  if (fault === 'length') return t('field.passwordLength', { n: passwordLength(password) });
  return t(`weakness.${fault}`);
}
