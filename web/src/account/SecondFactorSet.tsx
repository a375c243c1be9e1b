import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import { appCode, recoveryCode } from '../forms/codeField.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { readRecoveryCodes } from './enrolment.ts';
import { OwnPasswordField } from './OwnPasswordField.tsx';

type SecondFactorSetProps = {
  /** Recovery codes that were not used yet; undefined when the server does not say it. */
  readonly codesLeft: number | undefined;
  readonly onCodes: (recoveryCodes: readonly string[]) => void;
  readonly onTakenAway: () => void;
};

/** With so few recovery codes left it is time for new ones. */
const fewCodes = 3;

/** A second factor that is set up: what is left for the day when the phone is lost, and a way out of it. */
export function SecondFactorSet({ codesLeft, onCodes, onTakenAway }: SecondFactorSetProps) {
  const { t } = useTranslation();
  const api = useApi();
  const [goal, setGoal] = useState<Goal>();
  return (
    <>
      <Text size="sm">{t('account.secondFactorOn')}</Text>
      {codesLeft !== undefined && (
        <Text size="sm" className={codesLeft <= fewCodes ? 'warns' : undefined}>
          {t(codesLeft <= fewCodes ? 'account.codesFew' : 'account.codesLeft', { n: codesLeft })}
        </Text>
      )}
      {goal === undefined ? (
        <Group gap="sm">
          {(['renew', 'takeAway'] as const).map((name) => (
            <Button key={name} variant="default" onClick={() => setGoal(name)}>
              {t(`account.${name}`)}…
            </Button>
          ))}
        </Group>
      ) : (
        <ProofForm
          goal={goal}
          onCancel={() => setGoal(undefined)}
          onSend={async (proof, run) => {
            if (goal === 'takeAway') {
              const ask = () => api.send('DELETE', '/session/second-factor', proof, readNothing);
              if ((await run(ask)) === true) onTakenAway();
              return;
            }
            const ask = () => api.send('POST', '/session/recovery-codes', proof, readRecoveryCodes);
            const codes = await run(ask);
            if (codes !== undefined) onCodes(codes);
          }}
        />
      )}
    </>
  );
}

type Goal = 'renew' | 'takeAway';
type Proof = { readonly password: string; readonly code: string };

type ProofFormProps = {
  readonly goal: Goal;
  readonly onCancel: () => void;
  readonly onSend: (proof: Proof, run: ReturnType<typeof useOrder>['run']) => Promise<void>;
};

/** Asks for the password and a code; of those who lost their phone, for a recovery code. */
function ProofForm({ goal, onCancel, onSend }: ProofFormProps) {
  const { t } = useTranslation();
  const order = useOrder();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [isRecovery, setRecovery] = useState(false);
  const send = (): void => {
    void onSend({ password, code: isRecovery ? code.trim() : code.replace(/\s/g, '') }, order.run);
  };
  return (
    <Form label={t(`account.${goal}`)} onSubmit={send}>
      <Text size="sm">{t(`account.${goal}Means`)}</Text>
      <OwnPasswordField password={password} onType={setPassword} isFirst />
      <TextInput
        {...(isRecovery ? recoveryCode(t) : appCode(t))}
        required
        spellCheck={false}
        maxLength={64}
        className="code-field"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {order.problem?.code === 'wrong_credentials' && (
        <Text size="sm" role="alert" className="problem-notice">
          {t('account.proofWrong')}
        </Text>
      )}
      <ProblemNotice problem={order.problem} saidByField={['wrong_credentials']} />
      <Group>
        <Button
          type="submit"
          loading={order.isBusy}
          disabled={password === '' || code.trim() === ''}
        >
          {t(`account.${goal}`)}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('account.cancel')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setCode('');
            setRecovery(!isRecovery);
          }}
        >
          {t(isRecovery ? 'signIn.useApp' : 'signIn.useRecovery')}
        </Button>
      </Group>
    </Form>
  );
}
