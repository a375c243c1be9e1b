import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { NewPasswordFields } from '../forms/NewPasswordFields.tsx';
import { type PasswordFault, passwordFault, passwordRefusal } from '../forms/newPassword.ts';
import { Outcome } from '../forms/Outcome.tsx';
import { Section } from '../forms/Section.tsx';
import { AccessButtons } from './AccessButtons.tsx';
import { GrantFields } from './GrantFields.tsx';
import { grantFault, grantsOf, typedOf } from './typedGrant.ts';
import { type Person, pathOf, readPerson } from './users.ts';

type EditPersonProps = {
  readonly person: Person;
  /** The regions in which roles may be given. */
  readonly scope: Scope;
  /** This is the person who edits; what proves who they are is changed under their own account. */
  readonly isOneself: boolean;
  readonly onOwnAccount: () => void;
  readonly onBack: () => void;
  /** Something of the person was changed at the server. */
  readonly onChange: () => void;
};

/** Changes what a person may and how they come in. */
export function EditPerson(props: EditPersonProps) {
  const { person, scope, isOneself, onOwnAccount, onBack, onChange } = props;
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
      <Section title={t('people.nameAndRoles')}>
        <GrantsForm person={person} scope={scope} onChange={onChange} />
      </Section>
      <Section title={t('people.setPassword')}>
        {isOneself ? (
          <>
            <Text size="sm">{t('people.ownPassword')}</Text>
            <Button variant="default" onClick={onOwnAccount}>
              {t('people.toOwnAccount')}
            </Button>
          </>
        ) : (
          <PasswordForm person={person} onChange={onChange} />
        )}
      </Section>
      <Section title={t('people.access')}>
        <AccessButtons person={person} isOneself={isOneself} onChange={onChange} />
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
  const isRefused = order.problem?.code === 'last_administrator';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the refusal is the reason, once
  useEffect(() => {
    // what the person has is shown, not what they would have
    if (isRefused) setGrants(typedOf(person.grants));
  }, [isRefused]);
  const submit = async (): Promise<void> => {
    setTried(isTried + 1);
    setSaved(false);
    order.forget();
    if (fullName.trim() === '') return;
    if (grants.some((grant) => grantFault(grant, scope) !== undefined)) return;
    const body = { fullName: fullName.trim(), grants: grantsOf(grants) };
    const saved = await order.run(() => api.send('PATCH', pathOf(person), body, readPerson));
    if (saved === undefined) return;
    setSaved(true);
    onChange();
  };
  return (
    <Form faults={isTried} label={t('people.nameAndRoles')} onSubmit={() => void submit()}>
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
    order.forget();
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
    <Form
      faults={faults}
      problem={order.problem}
      label={t('people.setPassword')}
      onSubmit={() => void submit()}
    >
      <NewPasswordFields
        label={t('people.temporaryPassword')}
        typed={typed}
        fault={faults.password ?? passwordRefusal(order.problem)}
        onType={setTyped}
      />
      <Text size="xs" className="quiet">
        {t('people.setPasswordNote')}
      </Text>
      <Outcome
        order={order}
        done={isSet ? t('people.passwordSet') : undefined}
        saidByField={['weak_password']}
      />
      <Button type="submit" variant="default" loading={order.isBusy}>
        {t('people.setPassword')}
      </Button>
    </Form>
  );
}
