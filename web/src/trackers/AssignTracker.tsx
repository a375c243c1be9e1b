import { Autocomplete, Button, Group, NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type TrackerRole, trackerRoles } from '../../../server/domain/unit.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { isMeant } from '../formats/isMeant.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { type ListedTracker, readTracker } from './trackers.ts';

type AssignTrackerProps = {
  readonly tracker: ListedTracker;
  /** All that one manages: their units are offered. */
  readonly trackers: readonly ListedTracker[];
  readonly onChange: () => void;
};

/** Units that are offered at once. */
const offered = 20;

/** Gives a tracker to another unit, or makes it its backup, from now on. */
export function AssignTracker({ tracker, trackers, onChange }: AssignTrackerProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [unitId, setUnitId] = useState(tracker.unitId);
  const [role, setRole] = useState<TrackerRole>(tracker.role);
  const callsigns = new Map(trackers.map((each) => [each.unitId, each.callsign]));
  const wordsOf = (id: string): readonly string[] => [id, callsigns.get(id) ?? ''];
  const isSame = unitId.trim() === tracker.unitId && role === tracker.role;
  const assign = async (): Promise<void> => {
    const path = `/trackers/${encodeURIComponent(tracker.id)}/assignment`;
    const body = { unitId: unitId.trim(), role };
    const assigned = await order.run(() => api.send('POST', path, body, readTracker));
    if (assigned !== undefined) onChange();
  };
  return (
    <Form label={t('trackers.assignment')} problem={order.problem} onSubmit={() => void assign()}>
      <Group gap="sm" align="start" grow>
        <Autocomplete
          label={t('trackers.unitId')}
          description={t('trackers.unitIdHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          data={[...callsigns.keys()]}
          limit={offered}
          filter={({ options, search, limit }) =>
            options
              .filter((option) => 'value' in option && isMeant(wordsOf(option.value), search))
              .slice(0, limit)
          }
          renderOption={({ option }) => `${callsigns.get(option.value) ?? ''} (${option.value})`}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          value={unitId}
          onChange={setUnitId}
        />
        <NativeSelect
          label={t('trackers.role')}
          data={trackerRoles.map((value) => ({ value, label: t(`role.of.${value}`) }))}
          value={role}
          onChange={(event) => {
            const chosen = trackerRoles.find((name) => name === event.currentTarget.value);
            if (chosen !== undefined) setRole(chosen);
          }}
        />
      </Group>
      <Text size="xs" className="quiet">
        {t(`trackers.means.${role}`)}
      </Text>
      <ProblemNotice problem={order.problem} />
      <Button type="submit" variant="default" loading={order.isBusy} disabled={isSame}>
        {t('trackers.assign')}
      </Button>
    </Form>
  );
}
