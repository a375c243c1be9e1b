import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { type ApiClient, readNothing } from '../api/apiClient.ts';
import type { Answer } from '../api/problem.ts';
import { type Order, useOrder } from '../api/useOrder.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Form } from '../forms/Form.tsx';
import { NewPasswordFields } from '../forms/NewPasswordFields.tsx';
import { type PasswordFault, passwordFault } from '../forms/newPassword.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { GrantFields } from './GrantFields.tsx';
import { grantFault, grantsOf, typedOf } from './typedGrant.ts';
import { type Person, readPerson } from './users.ts';

type EditPersonProps = {
  readonly person: Person;
  /** The regions in which roles may be given. */
  readonly scope: Scope;
  readonly onBack: () => void;
  /** Something of the person was changed at the server. */
  readonly onChange: () => void;
};

/** Where a person's routes lie. */
const pathOf = (person: Person): string => `/users/${encodeURIComponent(person.name)}`;

/** Changes what a person may and how they come in. */
export function EditPerson({ person, scope, onBack, onChange }: EditPersonProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text component="h3" size="lg" fw={600} m={0}>
          {person.fullName} ({person.name})
        </Text>
        <Button variant="default" size="compact-sm" autoFocus onClick={onBack}>
          {t('people.back')}
        </Button>
      </Group>
      <Section title={t('people.roles')}>
        <GrantsForm person={person} scope={scope} onChange={onChange} />
      </Section>
      <Section title={t('people.setPassword')}>
        <PasswordForm person={person} onChange={onChange} />
      </Section>
      <Section title={t('people.access')}>
        <AccessButtons person={person} onChange={onChange} />
      </Section>
    </>
  );
}

type PersonPartProps = { readonly person: Person; readonly onChange: () => void };

function GrantsForm({ person, scope, onChange }: PersonPartProps & { readonly scope: Scope }) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [fullName, setFullName] = useState(person.fullName);
  const [grants, setGrants] = useState(typedOf(person.grants));
  const [isTried, setTried] = useState(0);
  const [isSaved, setSaved] = useState(false);
  const submit = async (): Promise<void> => {
    setTried(isTried + 1);
    setSaved(false);
    if (fullName.trim() === '') return;
    if (grants.some((grant) => grantFault(grant, scope) !== undefined)) return;
    const body = { fullName: fullName.trim(), grants: grantsOf(grants) };
    const saved = await order.run(() => api.send('PATCH', pathOf(person), body, readPerson));
    if (saved === undefined) return;
    setSaved(true);
    onChange();
  };
  return (
    <Form faults={isTried} label={t('people.roles')} onSubmit={() => void submit()}>
      <TextInput
        label={t('field.fullName')}
        required
        maxLength={100}
        value={fullName}
        error={isTried > 0 && fullName.trim() === '' && t('field.fullNameMissing')}
        onChange={(event) => setFullName(event.currentTarget.value)}
      />
      <GrantFields grants={grants} scope={scope} showsFaults={isTried > 0} onType={setGrants} />
      <Outcome order={order} done={isSaved ? t('people.saved') : undefined} />
      <Button type="submit" loading={order.isBusy}>
        {t('people.save')}
      </Button>
    </Form>
  );
}

function PasswordForm({ person, onChange }: PersonPartProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState({ password: '', repeat: '' });
  const [faults, setFaults] = useState<{ password?: PasswordFault | undefined }>({});
  const [isSet, setSet] = useState(false);
  const submit = async (): Promise<void> => {
    const password = passwordFault(typed);
    setFaults({ password });
    setSet(false);
    if (password !== undefined) return;
    const path = `${pathOf(person)}/password`;
    const body = { password: typed.password };
    if ((await order.run(() => api.send('PUT', path, body, readNothing))) === undefined) return;
    setTyped({ password: '', repeat: '' });
    setSet(true);
    onChange();
  };
  return (
    <Form faults={faults} label={t('people.setPassword')} onSubmit={() => void submit()}>
      <NewPasswordFields
        label={t('people.temporaryPassword')}
        typed={typed}
        fault={faults.password}
        onType={setTyped}
      />
      <Text size="xs" className="quiet">
        {t('people.setPasswordNote')}
      </Text>
      <Outcome order={order} done={isSet ? t('people.passwordSet') : undefined} />
      <Button type="submit" variant="default" loading={order.isBusy}>
        {t('people.setPassword')}
      </Button>
    </Form>
  );
}

function AccessButtons({ person, onChange }: PersonPartProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [done, setDone] = useState<string>();
  const path = pathOf(person);
  const act = async (
    ask: (client: ApiClient) => Promise<Answer<unknown>>,
    said: string,
  ): Promise<void> => {
    setDone(undefined);
    if ((await order.run(() => ask(api))) === undefined) return;
    setDone(said);
    onChange();
  };
  const remove = (what: string, said: string): void => {
    void act((client) => client.send('DELETE', `${path}/${what}`, undefined, readNothing), said);
  };
  const setDisabled = (isDisabled: boolean): void => {
    const said = t(isDisabled ? 'people.disabledNow' : 'people.enabledNow', { name: person.name });
    void act((client) => client.send('PATCH', path, { isDisabled }, readPerson), said);
  };
  return (
    <>
      <Group gap="sm">
        {person.hasSecondFactor && (
          <ConfirmButton
            text={t('people.takeAwayFactor')}
            onConfirm={() => remove('second-factor', t('people.factorTaken'))}
          />
        )}
        <ConfirmButton
          text={t('people.endSessions')}
          onConfirm={() => remove('sessions', t('people.sessionsEnded'))}
        />
        {person.isDisabled ? (
          <Button size="compact-sm" variant="default" onClick={() => setDisabled(false)}>
            {t('people.enable')}
          </Button>
        ) : (
          <ConfirmButton text={t('people.disable')} onConfirm={() => setDisabled(true)} />
        )}
      </Group>
      <Outcome order={order} done={done} />
    </>
  );
}

/** What came of the newest order: its problem, or that it was done. */
function Outcome({ order, done }: { readonly order: Order; readonly done: string | undefined }) {
  return (
    <>
      <ProblemNotice problem={order.problem} />
      <Text size="sm" role="status">
        {order.problem === undefined && done}
      </Text>
    </>
  );
}
