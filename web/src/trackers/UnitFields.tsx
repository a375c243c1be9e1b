import { Group, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  agencies,
  maxCallsignLength,
  maxUnitStrength,
  unitKinds,
} from '../../../server/domain/unit.ts';
import type { TypedUnit, UnitFaults } from './typedTracker.ts';

type UnitFieldsProps = {
  readonly typed: TypedUnit;
  readonly faults: UnitFaults;
  /** The field that has to be filled in first has the focus. */
  readonly takesFocus?: boolean;
  readonly onType: (typed: TypedUnit) => void;
};

const regionFaults = {
  wrong: 'trackers.regionWrong',
  notYours: 'trackers.regionNotYours',
} as const;

/** Who carries a tracker, and where it reports. */
export function UnitFields({ typed, faults, takesFocus = false, onType }: UnitFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group gap="sm" align="start" grow>
        <TextInput
          label={t('trackers.callsign')}
          description={t('trackers.callsignHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          autoFocus={takesFocus && typed.region !== ''}
          autoComplete="off"
          maxLength={maxCallsignLength}
          value={typed.callsign}
          error={faults.callsign === true && t('field.missing')}
          onChange={(event) => onType({ ...typed, callsign: event.currentTarget.value })}
        />
        <TextInput
          label={t('field.region')}
          description={t('trackers.regionHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          autoFocus={takesFocus && typed.region === ''}
          autoComplete="off"
          spellCheck={false}
          maxLength={5}
          value={typed.region}
          error={faults.region !== undefined && t(regionFaults[faults.region])}
          onChange={(event) => onType({ ...typed, region: event.currentTarget.value })}
        />
      </Group>
      <Group gap="sm" align="start" grow>
        <NativeSelect
          label={t('unit.kind')}
          data={unitKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={typed.kind}
          onChange={(event) => {
            const kind = unitKinds.find((name) => name === event.currentTarget.value);
            if (kind !== undefined) onType({ ...typed, kind });
          }}
        />
        <NativeSelect
          label={t('unit.agency')}
          data={agencies.map((value) => ({ value, label: t(`agencyFull.${value}`) }))}
          value={typed.agency}
          onChange={(event) => {
            const agency = agencies.find((name) => name === event.currentTarget.value);
            if (agency !== undefined) onType({ ...typed, agency });
          }}
        />
        <NumberInput
          label={t('unit.strength')}
          min={0}
          max={maxUnitStrength}
          clampBehavior="strict"
          allowDecimal={false}
          value={typed.strength}
          onChange={(value) => {
            if (typeof value === 'number') onType({ ...typed, strength: value });
          }}
        />
      </Group>
    </>
  );
}
