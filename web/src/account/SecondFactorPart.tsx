import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import { CopyField } from '../forms/CopyField.tsx';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { SecretInput } from '../forms/SecretInput.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { type Enrolment, readEnrolment, readRecoveryCodes } from './enrolment.ts';
import { QrCode } from './QrCode.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';

type SecondFactorPartProps = {
  readonly session: SessionInfo;
  /** It was set up or taken away. */
  readonly onChange: () => void;
};

/** Sets the second factor up and takes it away. */
export function SecondFactorPart({ session, onChange }: SecondFactorPartProps) {
  const { t } = useTranslation();
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes !== undefined) {
    return (
      <RecoveryCodes
        name={session.name}
        codes={codes}
        onDone={() => {
          setCodes(undefined);
          onChange();
        }}
      />
    );
  }
  if (session.hasSecondFactor) {
    return (
      <>
        <Text size="sm">{t('account.secondFactorOn')}</Text>
        <TakeAwayForm onDone={onChange} />
      </>
    );
  }
  if (enrolment === undefined) {
    return (
      <>
        <Text size="sm">{t('account.secondFactorOff')}</Text>
        <BeginForm onBegin={setEnrolment} />
      </>
    );
  }
  return (
    <ConfirmForm
      enrolment={enrolment}
      onCancel={() => setEnrolment(undefined)}
      onConfirm={(recoveryCodes) => {
        setEnrolment(undefined);
        setCodes(recoveryCodes);
      }}
    />
  );
}

function BeginForm({ onBegin }: { readonly onBegin: (enrolment: Enrolment) => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [password, setPassword] = useState('');
  const begin = async (): Promise<void> => {
    const ask = () => api.send('POST', '/session/second-factor', { password }, readEnrolment);
    const enrolment = await order.run(ask);
    if (enrolment !== undefined) onBegin(enrolment);
  };
  return (
    <Form label={t('account.enrol')} onSubmit={() => void begin()}>
      <PasswordField password={password} onType={setPassword} />
      <ProblemNotice problem={order.problem} />
      <Button type="submit" variant="default" loading={order.isBusy} disabled={password === ''}>
        {t('account.enrol')}
      </Button>
    </Form>
  );
}

type ConfirmFormProps = {
  readonly enrolment: Enrolment;
  readonly onCancel: () => void;
  readonly onConfirm: (recoveryCodes: readonly string[]) => void;
};

function ConfirmForm({ enrolment, onCancel, onConfirm }: ConfirmFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [code, setCode] = useState('');
  const confirm = async (): Promise<void> => {
    const body = { code: code.replace(/\s/g, '') };
    const ask = () => api.send('PUT', '/session/second-factor', body, readRecoveryCodes);
    const codes = await order.run(ask);
    if (codes !== undefined) onConfirm(codes);
  };
  return (
    <Form label={t('account.enrol')} onSubmit={() => void confirm()}>
      <Text size="sm">{t('account.scan')}</Text>
      <Group align="start" gap="lg" wrap="nowrap">
        <QrCode text={enrolment.uri} label={t('account.qr')} />
        <div className="form qr-beside">
          <CopyField label={t('account.secret')} text={enrolment.secret} />
          <CodeField code={code} onType={setCode} isFirst />
          <ProblemNotice problem={order.problem} />
          <Group>
            <Button type="submit" loading={order.isBusy} disabled={code.trim() === ''}>
              {t('account.confirm')}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {t('account.cancel')}
            </Button>
          </Group>
        </div>
      </Group>
    </Form>
  );
}

function TakeAwayForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const takeAway = async (): Promise<void> => {
    const body = { password, code: code.trim() };
    const ask = () => api.send('DELETE', '/session/second-factor', body, readNothing);
    if ((await order.run(ask)) === true) onDone();
  };
  return (
    <Form label={t('account.takeAway')} onSubmit={() => void takeAway()}>
      <PasswordField password={password} onType={setPassword} />
      <CodeField code={code} onType={setCode} />
      <ProblemNotice problem={order.problem} />
      <Button
        type="submit"
        variant="default"
        loading={order.isBusy}
        disabled={password === '' || code.trim() === ''}
      >
        {t('account.takeAway')}
      </Button>
    </Form>
  );
}

type PasswordFieldProps = {
  readonly password: string;
  readonly onType: (password: string) => void;
};

function PasswordField({ password, onType }: PasswordFieldProps) {
  const { t } = useTranslation();
  return (
    <SecretInput
      label={t('field.oldPassword')}
      autoComplete="current-password"
      required
      maxLength={512}
      value={password}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}

type CodeFieldProps = {
  readonly code: string;
  readonly onType: (code: string) => void;
  readonly isFirst?: boolean;
};

function CodeField({ code, onType, isFirst = false }: CodeFieldProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('field.code')}
      description={t('field.codeHint')}
      autoComplete="one-time-code"
      inputMode="numeric"
      required
      autoFocus={isFirst}
      maxLength={64}
      className="code-field"
      value={code}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}
