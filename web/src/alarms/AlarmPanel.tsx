import { ActionIcon, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import { ageText } from '../formats/ageText.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { LiveClient } from '../live/liveClient.ts';
import type { LiveView } from '../live/liveView.ts';
import { recall, remember } from '../remember.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { AlarmDetailsPart, type AlarmForm, NoticeOfAlarm } from './AlarmDetailsPart.tsx';
import { AlarmList } from './AlarmList.tsx';
import { type Grouping, groupings } from './alarmGroups.ts';
import { isAside } from './alarmWords.ts';
import { LoadStrip, WaitingCounts } from './LoadStrip.tsx';
import { SoundBlocked } from './SoundBlocked.tsx';
import { SoundButton } from './SoundButton.tsx';
import type { AlarmOrders } from './useAlarmOrders.ts';
import { useAlarmOrders } from './useAlarmOrders.ts';
import type { AlarmSoundControl } from './useAlarmSound.ts';
import { useShownAlarm } from './useShownAlarm.ts';

type AlarmPanelProps = {
  readonly client: LiveClient;
  readonly view: LiveView;
  readonly session: SessionInfo;
  readonly zone: ZoneOfIndonesia;
  /** Page time. */
  readonly nowMs: () => number;
  readonly sound: AlarmSoundControl;
  readonly selectedId: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  /** Centres the map on the place of an alarm. */
  readonly onGoTo: (place: LonLat) => void;
  readonly onGoToUnit: (unitId: string) => void;
  /** What else can be done with the selected alarm. */
  readonly more?: (alarm: AlarmDetails) => ReactNode;
};

/** The column of alarms beside the map: the list, what the load is, and one of them in detail. */
export function AlarmPanel(props: AlarmPanelProps) {
  const { client, view, session, nowMs, sound, selectedId, onSelect } = props;
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(() => recall('posko.alarmPanel') !== 'closed');
  const [showsAside, setShowsAside] = useState(false);
  const [grouping, setGrouping] = useState<Grouping>('none');
  const [asked, setAsked] = useState<{ readonly turn: number; readonly form?: AlarmForm }>({
    turn: 0,
  });
  const orders = useAlarmOrders(client);
  const { alarms, load, omitted, isKnown } = view.alarms;
  const active = useMemo(() => alarms.filter((alarm) => !isAside(alarm)), [alarms]);
  const aside = useMemo(() => alarms.filter(isAside), [alarms]);
  const select = useCallback(
    (id: string | undefined, withForm?: AlarmForm) => {
      // the same form of the same alarm may be asked for again
      setAsked(({ turn }) => ({
        turn: turn + 1,
        ...(withForm !== undefined && { form: withForm }),
      }));
      onSelect(id);
    },
    [onSelect],
  );
  const { order } = orders;
  const acknowledge = useCallback(
    (alarm: AlarmDetails) => void order(alarm, { path: 'acknowledge' }),
    [order],
  );
  const open = useCallback((id: string) => select(id), [select]);
  const shelve = useCallback((id: string) => select(id, 'shelve'), [select]);
  const collapse = (isShown: boolean): void => {
    setOpen(isShown);
    remember('posko.alarmPanel', isShown ? 'open' : 'closed');
  };

  const waiting = alarms.filter(({ state }) => isUnacknowledged(state)).length;
  if (!isOpen) {
    return (
      <aside className="alarm-panel" data-open={false} aria-label={t('alarm.title')}>
        <PanelButton
          label={t('alarm.expand', { count: waiting })}
          sign="M15 5l-7 7 7 7"
          onClick={() => collapse(true)}
        />
        <WaitingCounts alarms={alarms} flash />
        <SoundButton control={sound} nowMs={nowMs} />
      </aside>
    );
  }
  const { connection } = view;
  const isLost = connection.state === 'lost' || connection.state === 'paused';
  const notice = orders.notice?.alarmId === selectedId ? undefined : orders.notice;
  const shown = showsAside ? aside : active;
  return (
    <aside className="alarm-panel" data-open={true} aria-label={t('alarm.title')}>
      <Group gap={6} wrap="nowrap" className="alarm-panel-head">
        <Text component="h2" size="md" fw={600} m={0} flex={1}>
          {t('alarm.title')}
        </Text>
        <SoundButton control={sound} nowMs={nowMs} />
        <PanelButton
          label={t('alarm.collapse')}
          sign="M9 5l7 7-7 7"
          onClick={() => collapse(false)}
        />
      </Group>
      {sound.state.kind === 'blocked' && <SoundBlocked sound={sound.sound} />}
      {isLost && <LostNotice sinceMs={connection.sinceMs} nowMs={nowMs()} />}
      <LoadStrip
        alarms={alarms}
        load={load}
        isGrouped={grouping !== 'none'}
        onGroup={() => setGrouping('place')}
      />
      <Group gap={6} wrap="nowrap" className="alarm-panel-choices">
        <SegmentedControl
          size="xs"
          aria-label={t('alarm.which')}
          data={[
            { value: 'active', label: t('alarm.open', { count: active.length }) },
            { value: 'aside', label: t('alarm.aside', { count: aside.length }) },
          ]}
          value={showsAside ? 'aside' : 'active'}
          onChange={(value) => setShowsAside(value === 'aside')}
        />
        <Select
          size="xs"
          flex={1}
          aria-label={t('alarm.grouping')}
          data={[
            { value: 'none', label: t('alarm.groupNone') },
            { value: 'place', label: t('alarm.groupPlace') },
            { value: 'cause', label: t('alarm.groupCause') },
          ]}
          value={grouping}
          allowDeselect={false}
          onChange={(value) => setGrouping(groupings.find((each) => each === value) ?? 'none')}
        />
      </Group>
      {notice !== undefined && (
        <div className="alarm-panel-notice">
          <NoticeOfAlarm notice={notice} alarm={undefined} />
        </div>
      )}
      {shown.length === 0 ? (
        <Text size="sm" p="sm" className="quiet alarm-rows">
          {t(!isKnown ? 'alarm.notKnown' : showsAside ? 'alarm.noneAside' : 'alarm.none')}
        </Text>
      ) : (
        <AlarmList
          alarms={shown}
          roster={client.table.roster}
          grouping={grouping}
          grants={session.grants}
          serverNowMs={view.serverNowMs}
          selectedId={selectedId}
          busy={orders.busy}
          onOpen={open}
          onAcknowledge={acknowledge}
          onShelve={shelve}
        />
      )}
      {omitted > 0 && (
        <Text size="xs" className="alarm-omitted" role="status">
          {t('alarm.omitted', { count: omitted })}
        </Text>
      )}
      {selectedId !== undefined && (
        <SelectedAlarm
          key={`${selectedId} ${asked.turn}`}
          {...props}
          selectedId={selectedId}
          form={asked.form}
          orders={orders}
        />
      )}
    </aside>
  );
}

type SelectedAlarmProps = AlarmPanelProps & {
  readonly selectedId: string;
  readonly form: AlarmForm | undefined;
  readonly orders: AlarmOrders;
};

function SelectedAlarm(props: SelectedAlarmProps) {
  const { client, view, session, zone, selectedId, orders, form, more } = props;
  const { alarm, history } = useShownAlarm(selectedId, view.alarms.alarms, orders.notice);
  if (alarm === undefined) return null;
  return (
    <AlarmDetailsPart
      alarm={alarm}
      history={history}
      session={session}
      table={client.table}
      zone={zone}
      serverNowMs={() => client.serverNowMs()}
      isConnected={view.connection.state === 'live'}
      orders={orders}
      form={form}
      onGoTo={props.onGoTo}
      onGoToUnit={props.onGoToUnit}
      onClose={() => {
        orders.forget();
        props.onSelect(undefined);
      }}
      more={more?.(alarm)}
    />
  );
}

type LostNoticeProps = { readonly sinceMs: number; readonly nowMs: number };

function LostNotice({ sinceMs, nowMs }: LostNoticeProps) {
  const { t } = useTranslation();
  const age = ageText(nowMs - sinceMs);
  return (
    <Text size="sm" className="alarm-lost" role="status">
      {t('alarm.lost', { age: t(age.key, { n: age.n }) })}
    </Text>
  );
}

type PanelButtonProps = {
  readonly label: string;
  readonly sign: string;
  readonly onClick: () => void;
};

function PanelButton({ label, sign, onClick }: PanelButtonProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="md"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <svg aria-hidden="true" width={18} height={18} viewBox="0 0 24 24">
        <path d={sign} fill="none" stroke="currentColor" strokeWidth={2} />
      </svg>
    </ActionIcon>
  );
}
