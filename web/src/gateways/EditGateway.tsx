import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { type MadeSecret, readGatewaySecret } from '../trackers/madeSecret.ts';
import { isFine } from '../trackers/typedTracker.ts';
import { GatewayFields } from './GatewayFields.tsx';
import { type ListedGateway, readGateway } from './gateways.ts';
import { type GatewayFaults, gatewayBody, gatewayFaults, typedGatewayOf } from './typedGateway.ts';

type EditGatewayProps = {
  readonly gateway: ListedGateway;
  readonly scope: Scope;
  readonly onMade: (made: MadeSecret) => void;
  /** Something of the gateway was changed at the server. */
  readonly onChange: () => void;
  readonly onBack: () => void;
};

const pathOf = ({ id }: ListedGateway): string => `/gateways/${encodeURIComponent(id)}`;

/** Changes a gateway, gives it a new secret, or ends it. */
export function EditGateway({ gateway, scope, onMade, onChange, onBack }: EditGatewayProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const newSecret = async (): Promise<void> => {
    const path = `${pathOf(gateway)}/secret`;
    const made = await order.run(() => api.send('POST', path, undefined, readGatewaySecret));
    if (made !== undefined) onMade(made);
  };
  const remove = async (): Promise<void> => {
    const gone = await order.run(() => api.send('DELETE', pathOf(gateway), undefined, readNothing));
    if (gone !== undefined) onBack();
  };
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text component="h3" size="lg" fw={600} m={0}>
          {gateway.name} ({gateway.id})
        </Text>
        <Button variant="default" size="compact-sm" autoFocus onClick={onBack}>
          {t('people.back')}
        </Button>
      </Group>
      <Section title={t('gateways.what')}>
        <FieldsForm gateway={gateway} scope={scope} onChange={onChange} />
      </Section>
      <Section title={t('trackers.secret')}>
        <ProblemNotice problem={order.problem} />
        <Group>
          <ConfirmButton
            text={t(gateway.hasSecret ? 'secret.renew' : 'secret.make')}
            onConfirm={() => void newSecret()}
          />
          <ConfirmButton text={t('gateways.remove')} onConfirm={() => void remove()} />
        </Group>
        <Text size="xs" className="quiet">
          {t('gateways.removeNote')}
        </Text>
      </Section>
    </>
  );
}

type FieldsFormProps = Pick<EditGatewayProps, 'gateway' | 'scope' | 'onChange'>;

function FieldsForm({ gateway, scope, onChange }: FieldsFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(() => typedGatewayOf(gateway));
  const [faults, setFaults] = useState<GatewayFaults>({});
  const [isSaved, setSaved] = useState(false);
  const submit = async (): Promise<void> => {
    const found = gatewayFaults(typed, scope);
    setFaults(found);
    setSaved(false);
    if (!isFine(found)) return;
    const body = gatewayBody(typed);
    const saved = await order.run(() => api.send('PATCH', pathOf(gateway), body, readGateway));
    if (saved === undefined) return;
    setSaved(true);
    onChange();
  };
  return (
    <Form faults={faults} label={t('gateways.what')} onSubmit={() => void submit()}>
      <GatewayFields typed={typed} faults={faults} onType={setTyped} />
      <ProblemNotice problem={order.problem} />
      <Text size="sm" role="status">
        {isSaved && order.problem === undefined && t('people.saved')}
      </Text>
      <Button type="submit" loading={order.isBusy}>
        {t('people.save')}
      </Button>
    </Form>
  );
}
