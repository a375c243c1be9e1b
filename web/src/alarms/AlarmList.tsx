import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grant } from '../../../server/domain/access.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { AlarmRow } from './AlarmRow.tsx';
import { type Grouping, type ListRow, listRows } from './alarmGroups.ts';
import { holderOf } from './alarmWords.ts';
import { allowedActions } from './allowedActions.ts';
import { GroupRow } from './GroupRow.tsx';
import { rowWindow } from './rowWindow.ts';

type AlarmListProps = {
  readonly alarms: readonly AlarmDetails[];
  readonly roster: ReadonlyMap<number, RosterEntry>;
  readonly grouping: Grouping;
  readonly grants: readonly Grant[];
  readonly serverNowMs: number;
  readonly selectedId: string | undefined;
  readonly busy: ReadonlySet<string>;
  readonly onOpen: (id: string) => void;
  readonly onAcknowledge: (alarm: AlarmDetails) => void;
  readonly onShelve: (id: string) => void;
};

/** Height of every row, CSS pixels; alarms.css has the same. */
const rowPx = 66;

/**
 * The alarms, of which only those that are seen are drawn. Tab reaches the list once, the arrow keys
 * walk through it, Enter opens, A acknowledges.
 */
export function AlarmList(props: AlarmListProps) {
  const { alarms, roster, grouping, grants, serverNowMs, selectedId, busy } = props;
  const { onOpen, onAcknowledge, onShelve } = props;
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [stop, setStop] = useState<string>();
  const [seen, setSeen] = useState({ scrollPx: 0, heightPx: 600 });
  const scroller = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const rows = useMemo(
    () => listRows(alarms, grouping, opened, language),
    [alarms, grouping, opened, language],
  );
  const { from, to, abovePx, belowPx } = rowWindow(
    rows.length,
    rowPx,
    seen.scrollPx,
    seen.heightPx,
  );
  const stopKey = rows.some(({ key }) => key === stop) ? stop : rows[0]?.key;

  const measure = useCallback(() => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    setSeen({ scrollPx: scrollTop, heightPx: clientHeight });
  }, []);
  useEffect(() => {
    if (scroller.current === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [measure]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(
      `[data-row="${CSS.escape(stop ?? '')}"]`,
    );
    // it is drawn once the list has been scrolled to it
    if (row === null || row === undefined) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: true });
  });

  const walkTo = (index: number): void => {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
    const box = scroller.current;
    if (row === undefined || box === null) return;
    const topPx = rows.indexOf(row) * rowPx;
    if (topPx < box.scrollTop) box.scrollTop = topPx;
    const lowestPx = topPx + rowPx - box.clientHeight;
    if (lowestPx > box.scrollTop) box.scrollTop = lowestPx;
    measure();
    wantsFocus.current = true;
    setStop(row.key);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex(({ key }) => key === stopKey);
    const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (goal !== undefined) {
      event.preventDefault();
      walkTo(goal);
      return;
    }
    const row = rows[at];
    if (event.key.toLowerCase() !== 'a' || row?.kind !== 'alarm') return;
    event.preventDefault();
    if (!allowedActions(row.alarm, grants).has('acknowledge')) return;
    onAcknowledge(row.alarm);
    // it leaves for its place among those that somebody has; the next one waits
    walkTo(at + 1 < rows.length ? at + 1 : at - 1);
  };
  const toggle = (key: string): void => {
    const next = new Set(opened);
    if (!next.delete(key)) next.add(key);
    setOpened(next);
  };

  const drawRow = (row: ListRow, index: number) => {
    const place = { position: index + 1, count: rows.length, isTabStop: row.key === stopKey };
    if (row.kind === 'group') {
      const { key, group } = row;
      return (
        <GroupRow
          key={key}
          {...place}
          group={group}
          isOpen={opened.has(key)}
          onFocus={setStop}
          onToggle={toggle}
        />
      );
    }
    const { alarm } = row;
    const actions = allowedActions(alarm, grants);
    return (
      <AlarmRow
        key={row.key}
        {...place}
        alarm={alarm}
        ageS={Math.floor((serverNowMs - alarm.lastOccurredAtMs) / 1000)}
        holder={holderOf(alarm, roster.values())}
        isSelected={alarm.id === selectedId}
        isBusy={busy.has(alarm.id)}
        mayAcknowledge={actions.has('acknowledge')}
        mayShelve={actions.has('shelve')}
        onFocus={setStop}
        onOpen={onOpen}
        onAcknowledge={onAcknowledge}
        onShelve={onShelve}
      />
    );
  };
  return (
    <div ref={scroller} className="alarm-rows" onScroll={measure}>
      <ul aria-label={t('alarm.title')} aria-description={t('alarm.keys')} onKeyDown={onKey}>
        <li aria-hidden="true" style={{ height: abovePx }} />
        {rows.slice(from, to).map((row, i) => drawRow(row, from + i))}
        <li aria-hidden="true" style={{ height: belowPx }} />
      </ul>
    </div>
  );
}
