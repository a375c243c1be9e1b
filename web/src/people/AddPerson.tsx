import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { NewPasswordFields } from '../forms/NewPasswordFields.tsx';
import { passwordRefusal } from '../forms/newPassword.ts';
import { emptyPerson, type PersonFaults, personFaults, personIsFine } from '../forms/newPerson.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { GrantFields } from './GrantFields.tsx';
import { grantFault, grantsOf, offeredRegion, type TypedGrant } from './typedGrant.ts';
import { readPerson } from './users.ts';

type AddPersonProps = { readonly scope: Scope; readonly onBack: () => void };

/** A form for a person who does not exist yet, with a password that they will have to change. */
export function AddPerson({ scope, onBack }: AddPersonProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(emptyPerson);
  const [grants, setGrants] = useState<readonly TypedGrant[]>([
    { id: 0, role: 'dispatcher', region: offeredRegion(scope) },
  ]);
  const [faults, setFaults] = useState<PersonFaults>();
  const submit = async (): Promise<void> => {
    const found = personFaults(typed);
    setFaults(found);
    order.forget();
    if (!personIsFine(found)) return;
    if (grants.some((grant) => grantFault(grant, scope) !== undefined)) return;
    const { name, fullName, password } = typed;
    const person = { name: name.trim(), fullName: fullName.trim(), password };
    const body = { ...person, grants: grantsOf(grants) };
    if ((await order.run(() => api.send('POST', '/users', body, readPerson))) !== undefined) {
      onBack();
    }
  };
  return (
    <Section title={t('people.add')}>
      <Form faults={faults} problem={order.problem} onSubmit={() => void submit()}>
        <Group gap="sm" align="start" grow>
          <TextInput
            label={t('field.name')}
            // the error says the same
            description={faults?.name !== true && t('field.nameRules')}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
            maxLength={64}
            value={typed.name}
            error={faults?.name === true && t('field.nameWrong')}
            onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value })}
          />
          <TextInput
            label={t('field.fullName')}
            autoComplete="off"
            required
            maxLength={100}
            value={typed.fullName}
            error={faults?.fullName === true && t('field.fullNameMissing')}
            onChange={(event) => setTyped({ ...typed, fullName: event.currentTarget.value })}
          />
        </Group>
        <GrantFields
          grants={grants}
          scope={scope}
          showsFaults={faults !== undefined}
          onType={setGrants}
        />
        <Text size="sm">{t('people.addIntro')}</Text>
        <NewPasswordFields
          label={t('people.temporaryPassword')}
          typed={typed}
          fault={faults?.password ?? passwordRefusal(order.problem)}
          onType={(passwords) => setTyped({ ...typed, ...passwords })}
        />
        <ProblemNotice problem={order.problem} saidByField={['weak_password']} />
        <Group>
          <Button type="submit" loading={order.isBusy}>
            {t('people.addSubmit')}
          </Button>
          <Button variant="default" onClick={onBack}>
            {t('people.back')}
          </Button>
        </Group>
      </Form>
    </Section>
  );
}
