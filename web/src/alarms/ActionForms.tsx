import { Button, Group, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  maxRemarkLength,
  type PersonOutcome,
  personOutcomes,
} from '../../../server/domain/alarm.ts';
import { hourMs, minuteMs } from '../../../server/domain/durations.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { Form } from '../forms/Form.tsx';
import type { AlarmOrderAsked } from './alarmOrders.ts';
import { endOfWatch, shelfSpansMs } from './shelfEnds.ts';

/** What every form of an action is given. */
export type ActionFormProps = {
  readonly isBusy: boolean;
  /** Undefined while nothing can be sent. */
  readonly onOrder: (asked: AlarmOrderAsked) => void;
  readonly onCancel: () => void;
};

type FormFrameProps = ActionFormProps & {
  readonly label: string;
  readonly faults: unknown;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
};

/** The fields of an action, and the buttons under them. */
export function FormFrame(props: Omit<FormFrameProps, 'onOrder'>) {
  const { t } = useTranslation();
  return (
    <div className="alarm-form">
      <Form label={props.label} faults={props.faults} onSubmit={props.onSubmit}>
        {props.children}
        <Group gap="xs">
          <Button type="submit" size="compact-sm" loading={props.isBusy}>
            {t('alarmDo.send')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={props.onCancel}>
            {t('alarmDo.cancel')}
          </Button>
        </Group>
      </Form>
    </div>
  );
}

type RemarkFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly error?: string | undefined;
  readonly isFirst?: boolean;
  readonly onChange: (value: string) => void;
};

function RemarkField({ label, value, error, isFirst = false, onChange }: RemarkFieldProps) {
  return (
    <Textarea
      size="sm"
      autosize
      minRows={2}
      maxRows={5}
      maxLength={maxRemarkLength}
      data-autofocus={isFirst}
      autoFocus={isFirst}
      label={label}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A comment. */
export function CommentForm({ isBusy, onOrder, onCancel }: ActionFormProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<{ readonly text: string }>();
  const submit = (): void => {
    if (text.trim() === '') setFault({ text: t('alarmDo.needsText') });
    else onOrder({ path: 'comment', body: { text: text.trim() } });
  };
  return (
    <FormFrame
      label={t('alarmDo.commentText')}
      {...{ isBusy, onCancel }}
      faults={fault}
      onSubmit={submit}
    >
      <RemarkField
        isFirst
        label={t('alarmDo.commentText')}
        value={text}
        error={fault?.text}
        onChange={setText}
      />
    </FormFrame>
  );
}

/** Out of service, for as long as what raises it is being mended. */
export function ServiceForm({ isBusy, onOrder, onCancel }: ActionFormProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<{ readonly text: string }>();
  const submit = (): void => {
    if (reason.trim() === '') setFault({ text: t('alarmDo.needsReason') });
    else onOrder({ path: 'out-of-service', body: { reason: reason.trim() } });
  };
  return (
    <FormFrame
      label={t('alarmDo.outOfService')}
      {...{ isBusy, onCancel }}
      faults={fault}
      onSubmit={submit}
    >
      <RemarkField
        isFirst
        label={t('alarmDo.reason')}
        value={reason}
        error={fault?.text}
        onChange={setReason}
      />
    </FormFrame>
  );
}

type ShelveFormProps = ActionFormProps & {
  readonly serverNowMs: () => number;
  readonly zone: ZoneOfIndonesia;
};

/** Put aside: why, and for how long. */
export function ShelveForm({ isBusy, onOrder, onCancel, serverNowMs, zone }: ShelveFormProps) {
  const { t } = useTranslation();
  const [span, setSpan] = useState(String(shelfSpansMs[0]));
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<{ readonly text: string }>();
  const endMs = endOfWatch(serverNowMs(), zone.timeZone);
  const choices = [
    ...shelfSpansMs.map((spanMs) => ({
      value: String(spanMs),
      label:
        spanMs < hourMs
          ? t('alarmDo.minutes', { count: spanMs / minuteMs })
          : t('alarmDo.hours', { count: spanMs / hourMs }),
    })),
    {
      value: 'watch',
      label: t('alarmDo.endOfShift', {
        time: `${timeOfDay(endMs, zone.timeZone).slice(0, 5)} ${zone.name}`,
      }),
    },
  ];
  const submit = (): void => {
    if (reason.trim() === '') {
      setFault({ text: t('alarmDo.needsReason') });
      return;
    }
    const untilMs = Math.round(span === 'watch' ? endMs : serverNowMs() + Number(span));
    onOrder({ path: 'shelve', body: { reason: reason.trim(), untilMs } });
  };
  return (
    <FormFrame
      label={t('alarmDo.shelve')}
      {...{ isBusy, onCancel }}
      faults={fault}
      onSubmit={submit}
    >
      <Select
        size="sm"
        label={t('alarmDo.until')}
        data={choices}
        value={span}
        allowDeselect={false}
        onChange={(value) => setSpan(value ?? span)}
      />
      <RemarkField
        isFirst
        label={t('alarmDo.reason')}
        value={reason}
        error={fault?.text}
        onChange={setReason}
      />
    </FormFrame>
  );
}

/** The end of it, with an outcome. */
export function CloseForm({ isBusy, onOrder, onCancel }: ActionFormProps) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<PersonOutcome>();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<{ readonly text: string }>();
  const submit = (): void => {
    if (outcome === undefined) {
      setFault({ text: t('alarmDo.needsOutcome') });
      return;
    }
    const said = text.trim();
    onOrder({ path: 'close', body: { outcome, ...(said !== '' && { text: said }) } });
  };
  return (
    <FormFrame
      label={t('alarmDo.close')}
      {...{ isBusy, onCancel }}
      faults={fault}
      onSubmit={submit}
    >
      <Radio.Group
        size="sm"
        label={t('alarmDo.outcome')}
        error={fault?.text}
        value={outcome ?? ''}
        onChange={(value) => setOutcome(personOutcomes.find((each) => each === value))}
      >
        <Stack gap={4} mt={4}>
          {personOutcomes.map((each, i) => (
            <Radio
              key={each}
              size="sm"
              value={each}
              label={t(`outcome.${each}`)}
              autoFocus={i === 0}
            />
          ))}
        </Stack>
      </Radio.Group>
      <RemarkField label={t('alarmDo.remark')} value={text} onChange={setText} />
      {fault !== undefined && outcome === undefined && (
        <Text size="xs" className="for-screen-readers" role="alert">
          {fault.text}
        </Text>
      )}
    </FormFrame>
  );
}
