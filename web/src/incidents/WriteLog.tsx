import { Button, Group, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import {
  maxIncidentTextLength,
  maxPhotoBytes,
  maxSpeakerLength,
} from '../../../server/domain/incidentFields.ts';
import { Form } from '../forms/Form.tsx';
import { Outcome } from '../forms/Outcome.tsx';
import { CrowdForm } from './CrowdForm.tsx';
import { useDesk } from './incidentDesk.ts';
import { useIncidentOrder } from './useIncidentOrder.ts';

const photoTypes = ['image/jpeg', 'image/png', 'image/webp'];

/** A note, what was said by radio, a photo, a crowd: what people add to the log. */
export function WriteLog({ incident }: { readonly incident: IncidentDetails }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { order, act, addPhoto } = useIncidentOrder(incident);
  const [kind, setKind] = useState<'note' | 'message'>('note');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [isTried, setTried] = useState(false);
  const [done, setDone] = useState<string>();
  const [fault, setFault] = useState<'photoType' | 'photoSize'>();
  const file = useRef<HTMLInputElement>(null);
  const isMissing = (value: string): boolean => isTried && value.trim() === '';
  const submit = async (): Promise<void> => {
    setTried(true);
    setDone(undefined);
    const said = { text: text.trim(), from: from.trim(), to: to.trim() };
    const needed = kind === 'note' ? [said.text] : [said.text, said.from, said.to];
    if (needed.includes('')) return;
    const isDone = await act(
      kind === 'note' ? { kind, text: said.text } : { kind: 'message', ...said },
    );
    if (!isDone) return;
    setText('');
    setTried(false);
    setDone(t('incident.written'));
  };
  const send = async (photo: File | undefined): Promise<void> => {
    setDone(undefined);
    if (photo === undefined) return;
    const isKnown = photoTypes.includes(photo.type);
    const wrong = isKnown ? (photo.size > maxPhotoBytes ? 'photoSize' : undefined) : 'photoType';
    setFault(wrong);
    if (wrong !== undefined) return;
    if (!(await addPhoto(photo, text.trim()))) return;
    setText('');
    setTried(false);
    setDone(t('incident.photoAdded'));
  };
  return (
    <div className="write-log">
      <Form label={t('incident.write')} faults={isTried} onSubmit={() => void submit()}>
        <SegmentedControl
          size="xs"
          aria-label={t('incident.write')}
          value={kind}
          onChange={(value) => setKind(value === 'message' ? 'message' : 'note')}
          data={[
            { value: 'note', label: t('incident.note') },
            { value: 'message', label: t('incident.message') },
          ]}
        />
        {kind === 'message' && (
          <Group gap="xs" grow>
            <TextInput
              size="xs"
              placeholder={t('incident.from')}
              aria-label={t('incident.from')}
              maxLength={maxSpeakerLength}
              value={from}
              error={isMissing(from)}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              placeholder={t('incident.to')}
              aria-label={t('incident.to')}
              maxLength={maxSpeakerLength}
              value={to}
              error={isMissing(to)}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          </Group>
        )}
        <Textarea
          size="xs"
          rows={2}
          placeholder={t('incident.writeWhat')}
          aria-label={t('incident.writeWhat')}
          maxLength={maxIncidentTextLength}
          value={text}
          error={isMissing(text)}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button type="submit" size="compact-sm" loading={order.isBusy}>
            {t('incident.writeIt')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={order.isBusy}
            onClick={() => file.current?.click()}
          >
            {t('incident.photo')}
          </Button>
          {incident.closedAtMs === null && (
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={desk.crowd !== undefined}
              onClick={() => desk.setCrowd(desk.crowd === undefined ? 'awaited' : undefined)}
            >
              {t('incident.crowd')}
            </Button>
          )}
          <input
            ref={file}
            type="file"
            hidden
            aria-label={t('incident.photo')}
            accept={photoTypes.join(',')}
            onChange={(event) => {
              void send(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
        </Group>
        {fault !== undefined && (
          <span role="alert" className="warns">
            {t(`incident.${fault}`)}
          </span>
        )}
        <Outcome order={order} done={done} />
      </Form>
      {desk.crowd !== undefined && <CrowdForm incident={incident} />}
    </div>
  );
}
