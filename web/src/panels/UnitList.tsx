import { Button, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core';
import type { TFunction } from 'i18next';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../../../server/domain/presence.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import { ageText } from '../formats/ageText.ts';
import { isMeant } from '../formats/isMeant.ts';
import type { LiveView } from '../live/liveView.ts';
import { presenceOf, type UnitTable } from '../live/unitTable.ts';
import { unitMotion } from '../units/unitMotion.ts';
import { KindSymbol } from './KindSymbol.tsx';
import { PresenceFilter } from './PresenceFilter.tsx';
import { PresenceMark } from './PresenceMark.tsx';

type UnitListProps = {
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly selectedKey: number | undefined;
  /** False on a wall, where nobody types. */
  readonly hasSearch: boolean;
  /** Select a unit and bring it to the middle of the map. */
  readonly onChoose: (unitKey: number) => void;
};

/** Rows drawn at first and added by "show more": a thousand rows would cost more than they show. */
const rowsAtOnce = 100;

const byCallsign = new Intl.Collator('id', { numeric: true });

/**
 * Every unit by callsign, searchable and by presence; the way to a unit without a mouse. Tab reaches the list once,
 * the arrow keys walk through it, Enter chooses. The order never changes by itself.
 */
export function UnitList({ table, view, selectedKey, hasSearch, onChoose }: UnitListProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<Presence>>(new Set());
  const [limit, setLimit] = useState(rowsAtOnce);
  const rows = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the roster changes in place; its version says when
  const all = useMemo(
    () => [...table.roster.values()].sort((a, b) => byCallsign.compare(a.callsign, b.callsign)),
    [table, view.rosterVersion, view.units],
  );
  const named = useMemo(() => all.filter((unit) => matches(unit, query, t)), [all, query, t]);
  const found =
    chosen.size === 0 ? named : named.filter(({ key }) => chosen.has(presenceOf(table, key)));
  const shown = found.slice(0, limit);
  const tabStop = shown.some(({ key }) => key === selectedKey) ? selectedKey : shown[0]?.key;
  return (
    <section className="unit-list" aria-label={t('list.title')}>
      <div className="unit-list-head">
        <PresenceFilter counts={view.counts} chosen={chosen} onChoose={setChosen} />
        {hasSearch && (
          <TextInput
            size="sm"
            type="search"
            value={query}
            placeholder={t('list.search')}
            aria-label={t('list.searchLabel')}
            onChange={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={(event) => {
              const first = shown[0];
              if (first === undefined) return;
              if (event.key === 'Enter') onChoose(first.key);
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              rows.current?.querySelector('button')?.focus();
            }}
          />
        )}
        <Text size="xs" className="quiet digits" role="status">
          {t('list.shown', { shown: shown.length, total: all.length })}
        </Text>
      </div>
      <ScrollArea className="unit-list-rows" type="auto" offsetScrollbars="present">
        {found.length === 0 && (
          <Text size="sm" p="sm" className="quiet">
            {t(all.length === 0 ? 'empty.title' : 'list.none')}
          </Text>
        )}
        <ul ref={rows} onKeyDown={walkRows}>
          {shown.map((unit) => (
            <UnitRow
              key={unit.key}
              unit={unit}
              table={table}
              serverNowMs={view.serverNowMs}
              isSelected={unit.key === selectedKey}
              isTabStop={unit.key === tabStop}
              onChoose={onChoose}
            />
          ))}
        </ul>
        {found.length > limit && (
          <Button
            variant="subtle"
            size="compact-sm"
            m="xs"
            onClick={() => setLimit(limit + rowsAtOnce)}
          >
            {t('list.more', { count: Math.min(rowsAtOnce, found.length - limit) })}
          </Button>
        )}
      </ScrollArea>
    </section>
  );
}

type UnitRowProps = {
  readonly unit: RosterEntry;
  readonly table: UnitTable;
  readonly serverNowMs: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onChoose: (unitKey: number) => void;
};

function UnitRow({ unit, table, serverNowMs, isSelected, isTabStop, onChoose }: UnitRowProps) {
  const { t } = useTranslation();
  const motion = unitMotion(table, unit.key, serverNowMs);
  const presence = presenceOf(table, unit.key);
  const age = motion === undefined ? undefined : ageText(motion.ageMs);
  return (
    <li>
      <UnstyledButton
        className="unit-row"
        data-presence={presence}
        data-unit={unit.id}
        aria-current={isSelected}
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => onChoose(unit.key)}
      >
        <KindSymbol kind={unit.kind} />
        <span className="unit-row-name">
          <span className="unit-row-callsign">{unit.callsign}</span>
          <span className="unit-row-agency">
            {t(`agency.${unit.agency}`)} · {t(`kind.${unit.kind}`)}
          </span>
        </span>
        <span className="unit-row-age digits">
          {age !== undefined && t(age.key, { n: age.n })}
          {presence !== 'live' && (
            <span className="unit-row-presence">
              {t(`presence.${presence}`)} <PresenceMark presence={presence} />
            </span>
          )}
          {motion?.isStored === false && (
            <span className="unit-row-not-stored">{t('unit.notStored')}</span>
          )}
        </span>
      </UnstyledButton>
    </li>
  );
}

function matches(unit: RosterEntry, query: string, t: TFunction): boolean {
  if (query.trim() === '') return true;
  const words = [
    unit.callsign,
    unit.id,
    unit.trackerId,
    t(`agency.${unit.agency}`),
    t(`kind.${unit.kind}`),
  ];
  return isMeant(words, query);
}

function walkRows(event: KeyboardEvent<HTMLUListElement>): void {
  const rows = [...event.currentTarget.querySelectorAll('button')];
  const at = rows.findIndex((row) => row.matches(':focus'));
  const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  const row = goal === undefined ? undefined : rows[goal];
  if (row === undefined) return;
  event.preventDefault();
  row.focus();
}
