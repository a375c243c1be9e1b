import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { CopyField } from '../forms/CopyField.tsx';
import { appCode } from '../forms/codeField.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { type Enrolment, readEnrolment, readRecoveryCodes } from './enrolment.ts';
import { OwnPasswordField } from './OwnPasswordField.tsx';
import { QrCode } from './QrCode.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import { SecondFactorSet } from './SecondFactorSet.tsx';

/** Recovery codes, this once. `areNew`: in the place of others. */
type Shown = { readonly codes: readonly string[]; readonly areNew: boolean };

type SecondFactorPartProps = {
  readonly session: SessionInfo;
  /** It was set up or taken away. */
  readonly onChange: () => void;
};

/** Sets the second factor up and takes it away, and makes new recovery codes. */
export function SecondFactorPart({ session, onChange }: SecondFactorPartProps) {
  const { t } = useTranslation();
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [shown, setShown] = useState<Shown>();
  if (shown !== undefined) {
    return (
      <RecoveryCodes
        name={session.name}
        codes={shown.codes}
        intro={t(shown.areNew ? 'account.recoveryRenewed' : 'account.recoveryIntro')}
        onDone={() => {
          setShown(undefined);
          onChange();
        }}
      />
    );
  }
  if (session.hasSecondFactor) {
    return (
      <SecondFactorSet
        codesLeft={session.recoveryCodesLeft}
        onCodes={(codes) => setShown({ codes, areNew: true })}
        onTakenAway={onChange}
      />
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
      onConfirm={(codes) => {
        setEnrolment(undefined);
        setShown({ codes, areNew: false });
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
    <Form label={t('account.enrol')} problem={order.problem} onSubmit={() => void begin()}>
      <OwnPasswordField
        password={password}
        onType={setPassword}
        isWrong={order.problem?.code === 'wrong_credentials'}
      />
      <ProblemNotice problem={order.problem} saidByField={['wrong_credentials']} />
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
    <Form label={t('account.enrol')} problem={order.problem} onSubmit={() => void confirm()}>
      <Text size="sm">{t('account.scan')}</Text>
      <Group align="start" gap="lg" wrap="nowrap">
        <QrCode text={enrolment.uri} label={t('account.qr')} />
        <div className="form qr-beside">
          <CopyField label={t('account.secret')} text={enrolment.secret} />
          <TextInput
            {...appCode(t)}
            required
            autoFocus
            maxLength={64}
            className="code-field"
            value={code}
            error={order.problem?.code === 'wrong_credentials' && t('account.codeWrong')}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <ProblemNotice problem={order.problem} saidByField={['wrong_credentials']} />
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
