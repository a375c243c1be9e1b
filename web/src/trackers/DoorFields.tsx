import { Autocomplete, Checkbox, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TrackerFaults, TypedTracker } from './typedTracker.ts';

type DoorFieldsProps = {
  readonly typed: TypedTracker;
  readonly faults: TrackerFaults;
  readonly onType: (typed: TypedTracker) => void;
};

/** Of the country; any other name of the tz database can be typed. */
const zones = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'];

/** How a tracker says who it is and what time it has, beside its secret. */
export function DoorFields({ typed, faults, onType }: DoorFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Autocomplete
        label={t('trackers.timeZone')}
        description={t('trackers.timeZoneHint')}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        data={zones}
        filter={({ options }) => options}
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        value={typed.timeZone}
        onChange={(timeZone) => onType({ ...typed, timeZone })}
      />
      <Checkbox
        label={t('trackers.isWeak')}
        description={t('trackers.isWeakHint')}
        checked={typed.isWeak}
        onChange={(event) => onType({ ...typed, isWeak: event.currentTarget.checked })}
      />
      {typed.isWeak && (
        <Textarea
          label={t('trackers.networks')}
          description={t('trackers.networksHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          rows={3}
          spellCheck={false}
          maxLength={1024}
          value={typed.networks}
          error={faults.networks === true && t('trackers.networksWrong')}
          onChange={(event) => onType({ ...typed, networks: event.currentTarget.value })}
        />
      )}
    </>
  );
}
