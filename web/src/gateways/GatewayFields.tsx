import { Group, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { GatewayFaults, TypedGateway } from './typedGateway.ts';

type GatewayFieldsProps = {
  readonly typed: TypedGateway;
  readonly faults: GatewayFaults;
  readonly onType: (typed: TypedGateway) => void;
};

const regionFaults = {
  wrong: 'trackers.regionWrong',
  notYours: 'trackers.regionNotYours',
} as const;

/** What a gateway is called, whose it is, and for whom it speaks. */
export function GatewayFields({ typed, faults, onType }: GatewayFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group gap="sm" align="start" grow>
        <TextInput
          label={t('gateways.name')}
          required
          autoComplete="off"
          maxLength={64}
          value={typed.name}
          error={faults.name === true && t('field.missing')}
          onChange={(event) => onType({ ...typed, name: event.currentTarget.value })}
        />
        <TextInput
          label={t('field.region')}
          description={t('trackers.regionHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          autoComplete="off"
          spellCheck={false}
          maxLength={5}
          value={typed.region}
          error={faults.region !== undefined && t(regionFaults[faults.region])}
          onChange={(event) => onType({ ...typed, region: event.currentTarget.value })}
        />
      </Group>
      <Group gap="sm" align="start" grow>
        <Textarea
          label={t('gateways.topics')}
          description={t('gateways.topicsHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          rows={5}
          spellCheck={false}
          maxLength={4096}
          value={typed.topics}
          error={faults.topics === true && t('gateways.topicsWrong')}
          onChange={(event) => onType({ ...typed, topics: event.currentTarget.value })}
        />
        <Textarea
          label={t('gateways.trackers')}
          description={t('gateways.trackersHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          rows={5}
          spellCheck={false}
          value={typed.trackerIds}
          error={faults.trackerIds === true && t('gateways.trackersWrong')}
          onChange={(event) => onType({ ...typed, trackerIds: event.currentTarget.value })}
        />
      </Group>
    </>
  );
}
