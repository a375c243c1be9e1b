import { Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem.ts';
import { ageText } from '../formats/ageText.ts';
import { isMeant } from '../formats/isMeant.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { LiveView } from '../live/liveView.ts';
import { presenceOf, type UnitTable } from '../live/unitTable.ts';
import { PresenceMark } from '../panels/PresenceMark.tsx';
import { unitMotion } from '../units/unitMotion.ts';
import { identityOf, type ListedTracker } from './trackers.ts';

type TrackerTableProps = {
  readonly trackers: readonly ListedTracker[];
  readonly problem: Problem | undefined;
  readonly isAsking: boolean;
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly onAdd: () => void;
  readonly onEdit: (id: string) => void;
};

/** Rows drawn at first and added by "show more". */
const rowsAtOnce = 100;

/** Every tracker that one manages, by id, searchable. */
export function TrackerTable(props: TrackerTableProps) {
  const { trackers, problem, isAsking, table, view, onAdd, onEdit } = props;
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(rowsAtOnce);
  const found = trackers.filter(({ id, callsign, region }) =>
    isMeant([id, callsign, region], query),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the roster changes in place; its version says when
  const keyOf = useMemo(
    () => new Map([...table.roster.values()].map(({ id, key }) => [id, key])),
    [table, view.rosterVersion, view.units],
  );
  return (
    <>
      <Group mb="xs" gap="sm">
        <TextInput
          type="search"
          size="sm"
          className="table-search"
          value={query}
          placeholder={t('trackers.search')}
          aria-label={t('trackers.search')}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <Button variant="default" onClick={onAdd}>
          {t('trackers.add')}
        </Button>
        <Text size="xs" className="quiet digits" role="status">
          {!isAsking && t('list.shown', { shown: found.length, total: trackers.length })}
        </Text>
      </Group>
      <ProblemNotice problem={problem} />
      {trackers.length === 0 && problem === undefined && !isAsking && (
        <Text size="sm">{t('trackers.none')}</Text>
      )}
      {found.length > 0 && (
        <Table className="data-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('trackers.id')}</Table.Th>
              <Table.Th>{t('trackers.unit')}</Table.Th>
              <Table.Th>{t('field.region')}</Table.Th>
              <Table.Th>{t('trackers.identity')}</Table.Th>
              <Table.Th>{t('trackers.timeZone')}</Table.Th>
              <Table.Th>{t('trackers.unitNow')}</Table.Th>
              <Table.Th aria-hidden="true" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.slice(0, limit).map((tracker) => (
              <Table.Tr key={tracker.id} data-tracker={tracker.id}>
                <Table.Td>{tracker.id}</Table.Td>
                <Table.Td>
                  {tracker.callsign}
                  <br />
                  <span className="quiet">
                    {t(`agency.${tracker.agency}`)} · {t(`kind.${tracker.kind}`)}
                    {tracker.role === 'backup' && ` · ${t('trackers.backup')}`}
                  </span>
                </Table.Td>
                <Table.Td className="digits">{tracker.region}</Table.Td>
                <Table.Td>{t(`identity.${identityOf(tracker)}`)}</Table.Td>
                <Table.Td>{tracker.timeZone ?? <span className="quiet">–</span>}</Table.Td>
                <Table.Td>
                  <UnitNow unitKey={keyOf.get(tracker.unitId)} table={table} view={view} />
                </Table.Td>
                <Table.Td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('people.editOf', { name: tracker.id })}
                    onClick={() => onEdit(tracker.id)}
                  >
                    {t('people.edit')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {found.length > limit && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          onClick={() => setLimit(limit + rowsAtOnce)}
        >
          {t('list.more', { count: Math.min(rowsAtOnce, found.length - limit) })}
        </Button>
      )}
    </>
  );
}

type UnitNowProps = {
  /** Undefined for a unit that this screen has not been told of. */
  readonly unitKey: number | undefined;
  readonly table: UnitTable;
  readonly view: LiveView;
};

function UnitNow({ unitKey, table, view }: UnitNowProps) {
  const { t } = useTranslation();
  if (unitKey === undefined) return <span className="quiet">–</span>;
  const presence = presenceOf(table, unitKey);
  const motion = unitMotion(table, unitKey, view.serverNowMs);
  const age = motion === undefined ? undefined : ageText(motion.ageMs);
  return (
    <span className="digits">
      <span className="presence-said">
        <PresenceMark presence={presence} /> {t(`presence.${presence}`)}
      </span>
      {age !== undefined && (
        <>
          <br />
          <span className="quiet">{t(age.key, { n: age.n })}</span>
        </>
      )}
    </span>
  );
}
