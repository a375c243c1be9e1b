import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { type MadeSecret, readGatewaySecret } from '../trackers/madeSecret.ts';
import { isFine } from '../trackers/typedTracker.ts';
import { GatewayFields } from './GatewayFields.tsx';
import { beginGateway, type GatewayFaults, gatewayBody, gatewayFaults } from './typedGateway.ts';

type AddGatewayProps = {
  readonly scope: Scope;
  readonly onMade: (made: MadeSecret) => void;
  readonly onBack: () => void;
};

/** A form for a gateway that does not exist yet. */
export function AddGateway({ scope, onMade, onBack }: AddGatewayProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(() => beginGateway(scope));
  const [faults, setFaults] = useState<GatewayFaults>({});
  const submit = async (): Promise<void> => {
    const found = gatewayFaults(typed, scope);
    setFaults(found);
    if (!isFine(found)) return;
    const body = { id: typed.id.trim(), ...gatewayBody(typed) };
    const made = await order.run(() => api.send('POST', '/gateways', body, readGatewaySecret));
    if (made !== undefined) onMade(made);
  };
  return (
    <Section title={t('gateways.add')}>
      <Form faults={faults} label={t('gateways.add')} onSubmit={() => void submit()}>
        <TextInput
          label={t('gateways.id')}
          description={t('trackers.idHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          value={typed.id}
          error={faults.id === true && t('trackers.idWrong')}
          onChange={(event) => setTyped({ ...typed, id: event.currentTarget.value })}
        />
        <GatewayFields typed={typed} faults={faults} onType={setTyped} />
        <ProblemNotice problem={order.problem} />
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
