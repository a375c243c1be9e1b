import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../api/useAnswer.ts';
import { dayAndTime, timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { Fact } from '../panels/Facts.tsx';
import { type DeadLetterContent, readDeadLetterContent } from './deadLetters.ts';
import { Outcome } from './Outcome.tsx';
import { ReplayBar } from './ReplayBar.tsx';
import { hexLines, printable } from './rawText.ts';
import { reasonText, remedyText } from './reasonText.ts';
import type { Replay } from './useReplay.ts';

type DeadLetterViewProps = {
  readonly deadLetterKey: number;
  readonly zone: ZoneOfIndonesia;
  readonly replay: Replay;
  readonly onBack: () => void;
};

/** One dead letter: why it is one and what to do, where it came from, and what it holds. */
export function DeadLetterView({ deadLetterKey, zone, replay, onBack }: DeadLetterViewProps) {
  const { t } = useTranslation();
  const { answer } = useAnswer(`/deadletters/${deadLetterKey}`, readDeadLetterContent);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text component="h3" size="lg" fw={600} m={0}>
          {t('deadLetters.one', { key: deadLetterKey })}
        </Text>
        <Button variant="default" size="compact-sm" autoFocus onClick={onBack}>
          {t('people.back')}
        </Button>
      </Group>
      <ProblemNotice problem={answer?.ok === false ? answer.problem : undefined} />
      {answer?.ok === true && <Content content={answer.value} zone={zone} replay={replay} />}
    </>
  );
}

type ContentProps = Pick<DeadLetterViewProps, 'zone' | 'replay'> & {
  readonly content: DeadLetterContent;
};

function Content({ content, zone, replay }: ContentProps) {
  const { t, i18n } = useTranslation();
  const { deadLetter, start, fix } = content;
  const { key, trackerId, region, topic, address, receivedAtMs, reason, detail } = deadLetter;
  const unknown = t('unit.unknown');
  return (
    <>
      <Section title={reasonText(reason, t)}>
        <Text size="sm">{remedyText(reason, t)}</Text>
        {detail !== '' && (
          <Text size="sm" className="quiet mono" data-field="detail">
            {detail}
          </Text>
        )}
        <ReplayBar
          count={1}
          asksTime={deadLetter.kind === 'fix'}
          replay={replay}
          onSend={() => void replay.send([key])}
        />
        <Text size="sm">
          <Outcome deadLetter={deadLetter} replayed={replay.outcomes.get(key)} zone={zone} />
        </Text>
      </Section>
      <Section title={t('deadLetters.from')}>
        <dl className="facts">
          <Fact name={t('deadLetters.tracker')}>{trackerId ?? unknown}</Fact>
          <Fact name={t('field.region')}>{region ?? unknown}</Fact>
          <Fact name={t('deadLetters.topic')}>
            <span className="mono">{topic ?? unknown}</span>
          </Fact>
          <Fact name={t('account.address')}>{address ?? unknown}</Fact>
          <Fact name={t('log.time')}>
            {dayAndTime(receivedAtMs, zone.timeZone, i18n.language)} {zone.name}
            <span className="quiet"> · {timeOfDay(receivedAtMs, 'UTC')} UTC</span>
          </Fact>
        </dl>
      </Section>
      <Section title={t('deadLetters.content')}>
        {fix !== undefined && <pre className="raw">{fix}</pre>}
        {start !== undefined && <Raw letterKey={key} start={start} bytes={deadLetter.bytes ?? 0} />}
      </Section>
    </>
  );
}

type RawProps = {
  readonly letterKey: number;
  readonly start: Uint8Array;
  /** Length of the whole. */
  readonly bytes: number;
};

function Raw({ letterKey, start, bytes }: RawProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group gap="md">
        <Text size="sm" className="digits">
          {t('deadLetters.bytes', { n: bytes })}
          {start.length < bytes && ` · ${t('deadLetters.firstBytes', { n: start.length })}`}
        </Text>
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={`/api/v1/deadletters/${letterKey}/raw`}
          download
        >
          {t('deadLetters.download')}
        </Button>
      </Group>
      <pre className="raw" data-raw="text">
        {printable(start)}
      </pre>
      <pre className="raw" data-raw="hex">
        {hexLines(start).join('\n')}
      </pre>
    </>
  );
}
