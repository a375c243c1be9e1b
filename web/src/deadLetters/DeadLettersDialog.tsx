import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setAsideReasons } from '../../../server/domain/setAside.ts';
import { isTrackerId } from '../../../server/domain/unit.ts';
import { useOrder } from '../api/useOrder.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { Form } from '../forms/Form.tsx';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { DeadLetterTable } from './DeadLetterTable.tsx';
import { DeadLetterView } from './DeadLetterView.tsx';
import { ReplayBar } from './ReplayBar.tsx';
import { reasonText } from './reasonText.ts';
import { type DeadLetterFilter, useDeadLetters } from './useDeadLetters.ts';
import { useReplay } from './useReplay.ts';

type DeadLettersDialogProps = { readonly zone: ZoneOfIndonesia; readonly onClose: () => void };

/** What was refused at the door, could not be read or was not believed: to look at, and to send again. */
export function DeadLettersDialog({ zone, onClose }: DeadLettersDialogProps) {
  const { t } = useTranslation();
  const asking = useOrder();
  const [filter, setFilter] = useState<DeadLetterFilter>({ tracker: '', reason: '' });
  const { list, reload, loadOlder } = useDeadLetters(filter, asking);
  const replay = useReplay();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [shownKey, setShownKey] = useState<number>();
  const deadLetters = list?.deadLetters ?? [];
  const choose = (next: DeadLetterFilter): void => {
    setChosen(new Set());
    setFilter(next);
  };
  const send = async (): Promise<void> => {
    if (await replay.send([...chosen])) setChosen(new Set());
  };
  return (
    <PageDialog title={t('deadLetters.title')} widthPx={1280} onClose={onClose}>
      {shownKey !== undefined && (
        <DeadLetterView
          deadLetterKey={shownKey}
          zone={zone}
          replay={replay}
          onBack={() => setShownKey(undefined)}
        />
      )}
      {shownKey === undefined && (
        <>
          <Text size="sm" mb="xs">
            {t('deadLetters.intro', { zone: zone.name })}
          </Text>
          <FilterForm onChoose={choose} isBusy={asking.isBusy} filter={filter} onReload={reload} />
          <ProblemNotice problem={asking.problem} />
          <ReplayBar asksTime count={chosen.size} replay={replay} onSend={() => void send()} />
          {list !== undefined && deadLetters.length === 0 && (
            <Text size="sm">{t('deadLetters.none')}</Text>
          )}
          {deadLetters.length > 0 && (
            <DeadLetterTable
              deadLetters={deadLetters}
              outcomes={replay.outcomes}
              chosen={chosen}
              zone={zone}
              onChoose={setChosen}
              onShow={setShownKey}
            />
          )}
          {list?.nextCursor !== undefined && (
            <Button variant="default" mt="sm" loading={asking.isBusy} onClick={loadOlder}>
              {t('log.older')}
            </Button>
          )}
        </>
      )}
    </PageDialog>
  );
}

type FilterFormProps = {
  readonly filter: DeadLetterFilter;
  readonly isBusy: boolean;
  readonly onChoose: (filter: DeadLetterFilter) => void;
  readonly onReload: () => void;
};

/** The reason is taken at once, the tracker when it has been typed. */
function FilterForm({ filter, isBusy, onChoose, onReload }: FilterFormProps) {
  const { t } = useTranslation();
  const [tracker, setTracker] = useState(filter.tracker);
  const [isWrong, setWrong] = useState(false);
  const submit = (): void => {
    const id = tracker.trim();
    const isFine = id === '' || isTrackerId(id);
    setWrong(!isFine);
    if (!isFine) return;
    if (id === filter.tracker) onReload();
    else onChoose({ ...filter, tracker: id });
  };
  return (
    <Form label={t('deadLetters.filter')} faults={isWrong} onSubmit={submit}>
      <Group gap="sm" align="end" mb="sm">
        <TextInput
          label={t('deadLetters.tracker')}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          value={tracker}
          error={isWrong && t('trackers.idWrong')}
          onChange={(event) => setTracker(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('deadLetters.reason')}
          className="reason-choice"
          value={filter.reason}
          data={[
            { value: '', label: t('deadLetters.allReasons') },
            ...setAsideReasons.map((value) => ({ value, label: reasonText(value, t) })),
          ]}
          onChange={(event) => onChoose({ ...filter, reason: event.currentTarget.value })}
        />
        <Button type="submit" variant="default" loading={isBusy}>
          {t('deadLetters.show')}
        </Button>
      </Group>
    </Form>
  );
}
