import { Autocomplete, SegmentedControl, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { useAnswer } from '../api/useAnswer.ts';
import type { UnitTable } from '../live/unitTable.ts';
import { readPeople } from '../people/users.ts';
import { type ActionFormProps, FormFrame } from './ActionForms.tsx';
import { placeOf } from './alarmWords.ts';
import { nearestUnits } from './nearestUnits.ts';

type AssignFormProps = ActionFormProps & {
  readonly alarm: AlarmDetails;
  readonly table: UnitTable;
  /** They may read the list of users, and need not know a name by heart. */
  readonly mayReadUsers: boolean;
};

/** Units offered at once; of more the search finds the rest. */
const mostUnits = 50;

/** Gives an alarm to a person or to a unit. */
export function AssignForm(props: AssignFormProps) {
  const { alarm, table, mayReadUsers, isBusy, onOrder, onCancel } = props;
  const { t } = useTranslation();
  const [kind, setKind] = useState<'person' | 'unit'>(alarm.assignee?.kind ?? 'unit');
  const [name, setName] = useState('');
  const [unitId, setUnitId] = useState<string | null>(null);
  const [fault, setFault] = useState<{ readonly text: string }>();
  const { answer } = useAnswer(mayReadUsers ? '/users' : undefined, readPeople);
  const people = answer?.ok === true ? answer.value.filter(({ isDisabled }) => !isDisabled) : [];
  const [place] = useState(() => placeOf(alarm));
  const units = useMemo(
    () =>
      nearestUnits(table, place).map(({ unit, awayM }) => ({
        value: unit.id,
        label: awayM === undefined ? unit.callsign : `${unit.callsign} – ${distanceText(awayM)}`,
      })),
    [table, place],
  );
  const submit = (): void => {
    const to =
      kind === 'person'
        ? name.trim() !== '' && { kind, name: name.trim() }
        : unitId !== null && { kind, unitId };
    if (to === false) setFault({ text: t('alarmDo.needsWhom') });
    else onOrder({ path: 'assign', body: { to } });
  };
  return (
    <FormFrame
      label={t('alarmDo.assign')}
      {...{ isBusy, onCancel }}
      faults={fault}
      onSubmit={submit}
    >
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('alarmDo.toWhom')}
        data={[
          { value: 'unit', label: t('alarmDo.toUnit') },
          { value: 'person', label: t('alarmDo.toPerson') },
        ]}
        value={kind}
        onChange={(value) => setKind(value === 'person' ? 'person' : 'unit')}
      />
      {kind === 'person' ? (
        <Autocomplete
          size="sm"
          autoFocus
          label={t('alarmDo.personName')}
          data={people.map((person) => person.name)}
          limit={mostUnits}
          value={name}
          error={fault?.text}
          onChange={setName}
        />
      ) : (
        <Select
          size="sm"
          autoFocus
          searchable
          label={t('alarmDo.chooseUnit')}
          data={units}
          limit={mostUnits}
          value={unitId}
          error={fault?.text}
          onChange={setUnitId}
        />
      )}
    </FormFrame>
  );
}

function distanceText(awayM: number): string {
  return awayM < 1000 ? `${Math.round(awayM)} m` : `${(awayM / 1000).toFixed(1)} km`;
}
