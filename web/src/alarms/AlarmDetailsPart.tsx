import { Button, CloseButton, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { Answer } from '../api/problem.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { UnitTable } from '../live/unitTable.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { CloseForm, CommentForm, ServiceForm, ShelveForm } from './ActionForms.tsx';
import { AlarmFacts } from './AlarmFacts.tsx';
import { AssignForm } from './AssignForm.tsx';
import type { AlarmHistory } from './alarmHistory.ts';
import type { AlarmOrderAsked } from './alarmOrders.ts';
import { holderOf, lastDecider, placeOf } from './alarmWords.ts';
import { allowedActions } from './allowedActions.ts';
import { HistoryPart } from './HistoryPart.tsx';
import { PriorityMark } from './PriorityMark.tsx';
import { ProcedurePart } from './ProcedurePart.tsx';
import type { AlarmNotice, AlarmOrders } from './useAlarmOrders.ts';

/** Actions that need something typed. */
export type AlarmForm = 'assign' | 'comment' | 'shelve' | 'close' | 'out-of-service';

type AlarmDetailsPartProps = {
  readonly alarm: AlarmDetails;
  readonly history: Answer<AlarmHistory> | undefined;
  readonly session: SessionInfo;
  readonly table: UnitTable;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: () => number;
  readonly isConnected: boolean;
  readonly orders: AlarmOrders;
  /** Open at first. */
  readonly form: AlarmForm | undefined;
  /** Centres the map on a place. */
  readonly onGoTo: (place: LonLat) => void;
  readonly onGoToUnit: (unitId: string) => void;
  readonly onClose: () => void;
  /** What else can be done with it, such as opening an incident. */
  readonly more?: ReactNode;
};

/** All of one alarm: what to do, what was done and by whom, and everything that can be done. */
export function AlarmDetailsPart(props: AlarmDetailsPartProps) {
  const { alarm, history, session, table, zone, serverNowMs, orders, onGoTo, onGoToUnit } = props;
  const { t, i18n } = useTranslation();
  const [form, setForm] = useState(props.form);
  const actions = allowedActions(alarm, session.grants);
  const isBusy = orders.busy.has(alarm.id);
  const { unitId } = alarm;
  const place = placeOf(alarm);
  const run = async (asked: AlarmOrderAsked): Promise<void> => {
    // what was typed stays until it is done
    if (await orders.order(alarm, asked)) setForm(undefined);
  };
  const doIt = (asked: AlarmOrderAsked): void => void run(asked);
  const isMine = alarm.assignee?.kind === 'person' && alarm.assignee.name === session.name;
  const formProps = { isBusy, onOrder: doIt, onCancel: () => setForm(undefined) };
  const notice = orders.notice?.alarmId === alarm.id ? orders.notice : undefined;
  return (
    <section className="alarm-details" aria-label={t('alarmDetails.title')} data-alarm={alarm.id}>
      <Group gap="xs" wrap="nowrap" align="flex-start" className="alarm-details-head">
        <PriorityMark priority={alarm.priority} isActive={alarm.isActive} sizePx={24} />
        <div className="alarm-details-title">
          <Text component="h2" size="sm" fw={600} m={0}>
            {alarm.text[languageOf(i18n)]}
          </Text>
          <Text size="sm" role="status" data-state={alarm.state}>
            {alarm.isExercise && <span className="exercise-mark">{t('alarm.exercise')}</span>}
            <b>{t(`priority.${alarm.priority}`)}</b> · {t(`alarmState.${alarm.state}`)}
          </Text>
        </div>
        <CloseButton aria-label={t('alarmDetails.close')} onClick={props.onClose} />
      </Group>
      <div className="alarm-details-body">
        <Group gap={6} role="group" aria-label={t('alarmDo.title')}>
          {actions.has('acknowledge') && (
            <Button
              size="compact-sm"
              loading={isBusy}
              onClick={() => doIt({ path: 'acknowledge' })}
            >
              {t('alarm.acknowledge')}
            </Button>
          )}
          {actions.has('assign') && session.kind === 'person' && !isMine && (
            <SmallButton
              text={t('alarmDo.takeIt')}
              onClick={() =>
                doIt({ path: 'assign', body: { to: { kind: 'person', name: session.name } } })
              }
            />
          )}
          {actions.has('assign') && (
            <SmallButton text={t('alarmDo.assign')} onClick={() => setForm('assign')} />
          )}
          {actions.has('assign') && alarm.assignee !== null && (
            <SmallButton
              text={t('alarmDo.release')}
              onClick={() => doIt({ path: 'assign', body: { to: null } })}
            />
          )}
          {actions.has('comment') && (
            <SmallButton text={t('alarmDo.comment')} onClick={() => setForm('comment')} />
          )}
          {actions.has('shelve') && (
            <SmallButton text={t('alarmDo.shelve')} onClick={() => setForm('shelve')} />
          )}
          {actions.has('unshelve') && (
            <SmallButton text={t('alarmDo.unshelve')} onClick={() => doIt({ path: 'unshelve' })} />
          )}
          {actions.has('out-of-service') && (
            <SmallButton
              text={t('alarmDo.outOfService')}
              onClick={() => setForm('out-of-service')}
            />
          )}
          {actions.has('in-service') && (
            <SmallButton
              text={t('alarmDo.inService')}
              onClick={() => doIt({ path: 'in-service' })}
            />
          )}
          {actions.has('close') && (
            <SmallButton text={t('alarmDo.close')} onClick={() => setForm('close')} />
          )}
          {place !== undefined && (
            <SmallButton text={t('alarmDetails.goTo')} onClick={() => onGoTo(place)} />
          )}
          {unitId !== null && (
            <SmallButton text={t('alarmDetails.goToUnit')} onClick={() => onGoToUnit(unitId)} />
          )}
          {props.more}
        </Group>
        {notice !== undefined && <NoticeOfAlarm notice={notice} alarm={alarm} />}
        {form === 'assign' && (
          <AssignForm
            {...formProps}
            alarm={alarm}
            table={table}
            mayReadUsers={session.permissions.includes('users.manage')}
          />
        )}
        {form === 'comment' && <CommentForm {...formProps} />}
        {form === 'shelve' && <ShelveForm {...formProps} serverNowMs={serverNowMs} zone={zone} />}
        {form === 'close' && <CloseForm {...formProps} />}
        {form === 'out-of-service' && <ServiceForm {...formProps} />}
        {alarm.procedure.length > 0 && (
          <ProcedurePart
            alarm={alarm}
            zone={zone}
            mayAnswer={actions.has('step') && props.isConnected && !isBusy}
            onAnswer={(step, isDone) => doIt({ path: 'step', body: { step, isDone } })}
          />
        )}
        <AlarmFacts alarm={alarm} holder={holderOf(alarm, table.roster.values())} zone={zone} />
        <HistoryPart answer={history} zone={zone} />
      </div>
    </section>
  );
}

type SmallButtonProps = { readonly text: string; readonly onClick: () => void };

function SmallButton({ text, onClick }: SmallButtonProps) {
  return (
    <Button size="compact-sm" variant="default" onClick={onClick}>
      {text}
    </Button>
  );
}

type NoticeOfAlarmProps = {
  readonly notice: AlarmNotice;
  readonly alarm: AlarmDetails | undefined;
};

/** Why the newest action was not done, or that somebody else had done it. */
export function NoticeOfAlarm({ notice, alarm }: NoticeOfAlarmProps) {
  const { t } = useTranslation();
  if (notice.kind === 'offline') return <Notice text={t('alarm.offline')} />;
  if (notice.kind === 'was_first') return <Notice text={t('alarm.wasFirst', { by: notice.by })} />;
  const { problem } = notice;
  const now = problem.alarm ?? alarm;
  if (problem.code !== 'alarm_changed' || now === undefined) {
    return <ProblemNotice problem={problem} />;
  }
  const state = t(`alarmState.${now.state}`);
  const by = lastDecider(now);
  return (
    <Notice
      text={
        by === undefined
          ? t('alarmDo.changedUnknown', { state })
          : t('alarmDo.changed', { state, by })
      }
    />
  );
}

function Notice({ text }: { readonly text: string }) {
  return (
    <div className="problem-notice">
      <Text size="sm" role="alert">
        {text}
      </Text>
    </div>
  );
}
