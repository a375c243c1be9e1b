import { Button, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { NewPasswordFields } from '../forms/NewPasswordFields.tsx';
import { passwordRefusal } from '../forms/newPassword.ts';
import { emptyPerson, type PersonFaults, personFaults, personIsFine } from '../forms/newPerson.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { EntrancePage } from './EntrancePage.tsx';
import { readSession, type SessionInfo } from './sessionInfo.ts';

type SetUpPageProps = {
  /** Of the link that the server printed. */
  readonly token: string;
  readonly onSession: (session: SessionInfo) => void;
};

/** Makes the first administrator, who is then signed in. */
export function SetUpPage({ token, onSession }: SetUpPageProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(emptyPerson);
  const [faults, setFaults] = useState<PersonFaults>({});
  const submit = async (): Promise<void> => {
    const found = personFaults(typed);
    setFaults(found);
    order.forget();
    if (!personIsFine(found)) return;
    const { name, fullName, password } = typed;
    const body = { token, name: name.trim(), fullName: fullName.trim(), password };
    const session = await order.run(() => api.send('POST', '/setup', body, readSession));
    if (session !== undefined) onSession(session);
  };
  return (
    <EntrancePage title={t('setUp.title')}>
      <Text size="sm">{t('setUp.intro')}</Text>
      <Form faults={faults} problem={order.problem} onSubmit={() => void submit()}>
        <TextInput
          label={t('field.name')}
          // the error says the same
          description={faults.name !== true && t('field.nameRules')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          maxLength={64}
          value={typed.name}
          error={faults.name === true && t('field.nameWrong')}
          onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value })}
        />
        <TextInput
          label={t('field.fullName')}
          autoComplete="name"
          required
          maxLength={100}
          value={typed.fullName}
          error={faults.fullName === true && t('field.fullNameMissing')}
          onChange={(event) => setTyped({ ...typed, fullName: event.currentTarget.value })}
        />
        <NewPasswordFields
          label={t('field.password')}
          typed={typed}
          fault={faults.password ?? passwordRefusal(order.problem)}
          onType={(passwords) => setTyped({ ...typed, ...passwords })}
        />
        <ProblemNotice problem={order.problem} saidByField={['weak_password']} />
        <Button type="submit" loading={order.isBusy}>
          {t('setUp.submit')}
        </Button>
      </Form>
    </EntrancePage>
  );
}
