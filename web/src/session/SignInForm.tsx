import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { appCode, recoveryCode } from '../forms/codeField.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { SecretInput } from '../forms/SecretInput.tsx';
import type { SessionInfo } from './sessionInfo.ts';
import { type SignIn, useSignIn } from './useSignIn.ts';

type SignInFormProps = {
  /** Who must sign in; undefined: whoever it is types the name. */
  readonly name?: string;
  readonly onSession: (session: SessionInfo) => void;
};

/** Name and password, then the second factor where there is one. What was typed stays, whatever the answer. */
export function SignInForm({ name, onSession }: SignInFormProps) {
  const signIn = useSignIn(name ?? '', onSession);
  return signIn.step === 'password' ? (
    <PasswordStep signIn={signIn} isNamed={name !== undefined} />
  ) : (
    <CodeStep signIn={signIn} />
  );
}

function PasswordStep({ signIn, isNamed }: { readonly signIn: SignIn; readonly isNamed: boolean }) {
  const { t } = useTranslation();
  const { typed, type } = signIn;
  const password = useRef<HTMLInputElement>(null);
  // a wrong password is typed anew more often than it is mended
  useEffect(() => {
    if (signIn.problem?.code === 'wrong_credentials') password.current?.select();
  }, [signIn.problem]);
  const [faults, setFaults] = useState<{ name?: boolean; password?: boolean }>({});
  const submit = (): void => {
    const next = { name: typed.name.trim() === '', password: typed.password === '' };
    setFaults(next);
    if (!next.name && !next.password) signIn.send();
  };
  return (
    <Form faults={faults} onSubmit={submit}>
      <TextInput
        label={t('field.name')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        readOnly={isNamed}
        autoFocus={!isNamed}
        maxLength={64}
        value={typed.name}
        error={faults.name === true && t('field.missing')}
        onChange={(event) => type({ ...typed, name: event.currentTarget.value })}
      />
      <SecretInput
        ref={password}
        label={t('field.password')}
        autoComplete="current-password"
        required
        // where the overlay puts the focus, once it is shown
        data-autofocus={isNamed || undefined}
        maxLength={512}
        value={typed.password}
        error={faults.password === true && t('field.missing')}
        onChange={(event) => type({ ...typed, password: event.currentTarget.value })}
      />
      <Outcome signIn={signIn} />
      <Button type="submit" loading={signIn.isBusy} disabled={signIn.secondsLeft > 0}>
        {t('signIn.submit')}
      </Button>
    </Form>
  );
}

function CodeStep({ signIn }: { readonly signIn: SignIn }) {
  const { t } = useTranslation();
  const { typed, type } = signIn;
  const [isRecovery, setRecovery] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (signIn.problem !== undefined) field.current?.select();
  }, [signIn.problem]);
  const submit = (): void => {
    setMissing(typed.code.trim() === '');
    if (typed.code.trim() === '') field.current?.focus();
    else signIn.send();
  };
  return (
    <Form onSubmit={submit} label={t('signIn.codeTitle')}>
      <Text size="sm">{t('signIn.codeIntro', { name: typed.name })}</Text>
      <TextInput
        ref={field}
        {...(isRecovery ? recoveryCode(t) : appCode(t))}
        required
        autoFocus
        spellCheck={false}
        maxLength={64}
        className="code-field"
        value={typed.code}
        error={isMissing && t('field.missing')}
        onChange={(event) => type({ ...typed, code: event.currentTarget.value })}
      />
      <Outcome signIn={signIn} />
      <Button type="submit" loading={signIn.isBusy} disabled={signIn.secondsLeft > 0}>
        {t('signIn.submit')}
      </Button>
      <Group justify="space-between">
        <Button variant="subtle" size="compact-sm" onClick={signIn.back}>
          {t('signIn.back')}
        </Button>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            type({ ...typed, code: '' });
            setRecovery(!isRecovery);
            field.current?.focus();
          }}
        >
          {t(isRecovery ? 'signIn.useApp' : 'signIn.useRecovery')}
        </Button>
      </Group>
    </Form>
  );
}

function Outcome({ signIn }: { readonly signIn: SignIn }) {
  const { t } = useTranslation();
  const { secondsLeft, goesOn, problem } = signIn;
  if (secondsLeft === 0) return <ProblemNotice problem={problem} />;
  return (
    // said once, not at every second
    <Text size="sm" role="timer" aria-live="off" className="problem-notice digits">
      {t(goesOn ? 'signIn.wait' : 'signIn.waitChanged', { seconds: secondsLeft })}
    </Text>
  );
}
