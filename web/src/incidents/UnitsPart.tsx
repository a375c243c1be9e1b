import { ActionIcon, Autocomplete, Button, Group, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { UnitTable } from '../live/unitTable.ts';
import { useIncidentOrder } from './useIncidentOrder.ts';

type UnitsPartProps = {
  readonly incident: IncidentDetails;
  readonly mayManage: boolean;
  readonly table: UnitTable;
  readonly zone: ZoneOfIndonesia;
  readonly onUnit: (unitId: string) => void;
};

/** Who is there, who was, and who was sent; and the way to send somebody more. */
export function UnitsPart({ incident, mayManage, table, zone, onUnit }: UnitsPartProps) {
  const { t } = useTranslation();
  const { order, act } = useIncidentOrder(incident);
  const [typed, setTyped] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  const rank = ({ isThere, isAdded }: IncidentDetails['units'][number]): number =>
    isThere ? 0 : isAdded ? 1 : 2;
  const units = [...incident.units].sort(
    (a, b) => rank(a) - rank(b) || a.callsign.localeCompare(b.callsign, 'id', { numeric: true }),
  );
  const known = new Set(units.filter(({ isAdded }) => isAdded).map(({ unitId }) => unitId));
  const offered = [...table.roster.values()].filter(({ id }) => !known.has(id));
  const add = async (): Promise<void> => {
    const unit = offered.find(
      ({ id, callsign }) => id === typed.trim() || callsign === typed.trim(),
    );
    setUnknown(unit === undefined);
    if (unit === undefined) return;
    if (await act({ kind: 'add_unit', unitId: unit.id })) setTyped('');
  };
  return (
    <>
      {mayManage && (
        <Form label={t('incident.addUnit')} faults={isUnknown} onSubmit={() => void add()}>
          <Group gap="xs" align="start" wrap="nowrap">
            <Autocomplete
              flex={1}
              size="xs"
              aria-label={t('incident.addUnitWhich')}
              placeholder={t('incident.addUnitWhich')}
              limit={20}
              data={[...new Set(offered.map(({ callsign }) => callsign))]}
              value={typed}
              error={isUnknown && t('incident.unitUnknown')}
              onChange={setTyped}
            />
            <Button type="submit" size="xs" variant="default" loading={order.isBusy}>
              {t('incident.addUnit')}
            </Button>
          </Group>
        </Form>
      )}
      <ProblemNotice problem={order.problem} />
      {units.length === 0 && (
        <Text size="sm" className="quiet">
          {t('incident.noUnits')}
        </Text>
      )}
      <ul className="incident-units">
        {units.map(({ unitId, callsign, isThere, isAdded, arrivedAtMs, leftAtMs }) => (
          <li key={unitId} data-unit={unitId} data-there={isThere}>
            <UnstyledButton className="incident-unit" onClick={() => onUnit(unitId)}>
              {callsign}
            </UnstyledButton>
            <span className="quiet digits">
              {[
                isThere ? t('incident.isThere') : undefined,
                isAdded && !isThere && leftAtMs === null ? t('incident.isSent') : undefined,
                arrivedAtMs === null
                  ? undefined
                  : t('incident.arrived', { time: timeOfDay(arrivedAtMs, zone.timeZone) }),
                leftAtMs === null || isThere
                  ? undefined
                  : t('incident.left', { time: timeOfDay(leftAtMs, zone.timeZone) }),
              ]
                .filter((part) => part !== undefined)
                .join(' · ')}
            </span>
            {mayManage && isAdded && (
              <ActionIcon
                size="sm"
                variant="subtle"
                aria-label={t('incident.removeUnit', { callsign })}
                title={t('incident.removeUnit', { callsign })}
                onClick={() => void act({ kind: 'remove_unit', unitId })}
              >
                ×
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
