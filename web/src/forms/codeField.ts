import type { TFunction } from 'i18next';

/** How a field asks for a code of the authenticator app. */
export function appCode(t: TFunction) {
  return {
    label: t('field.code'),
    description: t('field.codeHint'),
    autoComplete: 'one-time-code',
    inputMode: 'numeric',
  } as const;
}

/** How a field asks for one of the recovery codes. */
export function recoveryCode(t: TFunction) {
  return {
    label: t('field.recoveryCode'),
    description: t('field.recoveryCodeHint'),
    autoComplete: 'off',
    inputMode: 'text',
  } as const;
}
