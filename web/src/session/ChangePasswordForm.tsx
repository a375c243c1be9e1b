import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { NewPasswordFields } from '../forms/NewPasswordFields.tsx';
import { type PasswordFault, passwordFault, passwordRefusal } from '../forms/newPassword.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { SecretInput } from '../forms/SecretInput.tsx';
import { type ChangedPassword, readChangedPassword } from './sessionInfo.ts';

type ChangePasswordFormProps = {
  readonly name: string;
  readonly onChanged: (changed: ChangedPassword) => void;
};

const nothingTyped = { old: '', password: '', repeat: '' };

/** Replaces one's own password; the session gets a new cookie and all others end. */
export function ChangePasswordForm({ name, onChanged }: ChangePasswordFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(nothingTyped);
  const [faults, setFaults] = useState<{ old?: boolean; password?: PasswordFault | undefined }>({});
  const submit = async (): Promise<void> => {
    const found = { old: typed.old === '', password: passwordFault(typed) };
    setFaults(found);
    order.forget();
    if (found.old || found.password !== undefined) return;
    const body = { old: typed.old, new: typed.password };
    const ask = () => api.send('PUT', '/session/password', body, readChangedPassword);
    const changed = await order.run(ask);
    if (changed === undefined) return;
    setTyped(nothingTyped);
    onChanged(changed);
  };
  return (
    <Form
      faults={faults}
      problem={order.problem}
      onSubmit={() => void submit()}
      label={t('newPassword.title')}
    >
      {/* tells a password manager whose password it is */}
      <input type="text" hidden readOnly autoComplete="username" value={name} />
      <SecretInput
        label={t('field.oldPassword')}
        autoComplete="current-password"
        required
        maxLength={512}
        value={typed.old}
        error={
          (faults.old === true && t('field.missing')) ||
          (order.problem?.code === 'wrong_credentials' && t('field.oldPasswordWrong'))
        }
        onChange={(event) => setTyped({ ...typed, old: event.currentTarget.value })}
      />
      <NewPasswordFields
        label={t('field.newPassword')}
        typed={typed}
        fault={faults.password ?? passwordRefusal(order.problem)}
        onType={(passwords) => setTyped({ ...typed, ...passwords })}
      />
      <Text size="xs" className="quiet">
        {t('newPassword.note')}
      </Text>
      <ProblemNotice problem={order.problem} saidByField={['weak_password', 'wrong_credentials']} />
      <Button type="submit" loading={order.isBusy}>
        {t('newPassword.submit')}
      </Button>
    </Form>
  );
}
