import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { maxFrameAgeMs } from '../../../server/domain/liveFrame.ts';
import type { Presence } from '../../../server/domain/presence.ts';
import type { RosterEntry } from '../../../server/domain/unit.ts';
import { ageText } from '../formats/ageText.ts';
import { compassPoint } from '../formats/compassPoint.ts';
import { dayAndTime, timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { FixDetails } from '../units/fixDetails.ts';
import type { UnitMotion } from '../units/unitMotion.ts';
import { useFixDetails } from '../units/useFixDetails.ts';
import { ContactFacts } from './ContactFacts.tsx';
import { Fact, Facts } from './Facts.tsx';
import { KindSymbol } from './KindSymbol.tsx';

type UnitDetailsPanelProps = {
  readonly unit: RosterEntry;
  readonly motion: UnitMotion | undefined;
  readonly presence: Presence;
  readonly serverNowMs: number;
  readonly zone: ZoneOfIndonesia;
  readonly follows: boolean;
  readonly onCentre: () => void;
  readonly onFollow: (follows: boolean) => void;
  readonly onClose: () => void;
};

/** A unit's contact is asked about at least this often. */
const contactEveryMs = 10_000;

/** Who, what, when, where and how accurate, of the selected unit. */
export function UnitDetailsPanel(props: UnitDetailsPanelProps) {
  const { unit, motion, presence, serverNowMs, zone, follows, onCentre, onFollow, onClose } = props;
  const { t } = useTranslation();
  const { details, hasFailed } = useFixDetails(unit.id, {
    fixedAtMs: motion?.fixedAtMs,
    presence,
    // contact goes on without a fix
    turn: Math.floor(serverNowMs / contactEveryMs),
  });
  return (
    <Paper component="section" className="unit-details" aria-label={unit.callsign} shadow="sm">
      <Group gap="sm" wrap="nowrap" className="unit-details-head">
        <KindSymbol kind={unit.kind} sizePx={22} />
        <Text component="h2" size="lg" fw={600} flex={1} truncate>
          {unit.callsign}
        </Text>
        <CloseButton aria-label={t('unit.close')} onClick={onClose} />
      </Group>
      {motion === undefined ? (
        <Text size="sm" p="sm">
          {t('unit.noFix')}
        </Text>
      ) : (
        <Group gap="xs" px="sm" py="xs">
          <Button size="compact-sm" variant="default" onClick={onCentre}>
            {t('unit.centre')}
          </Button>
          <Button
            size="compact-sm"
            variant={follows ? 'filled' : 'default'}
            aria-pressed={follows}
            onClick={() => onFollow(!follows)}
          >
            {t(follows ? 'unit.following' : 'unit.follow')}
          </Button>
        </Group>
      )}
      <div className="unit-details-facts">
        <ContactFacts presence={presence} details={details} serverNowMs={serverNowMs} zone={zone} />
        {motion !== undefined && <WhenFacts motion={motion} details={details} zone={zone} />}
        {motion !== undefined && <WhereFacts motion={motion} details={details} />}
        {motion !== undefined && <MotionFacts motion={motion} details={details} />}
        <WhoFacts unit={unit} bearer={details?.bearer} />
        {hasFailed && (
          <Text size="xs" className="notice">
            {t('unit.noDetails')}
          </Text>
        )}
      </div>
    </Paper>
  );
}

type MotionAndDetails = {
  readonly motion: UnitMotion;
  readonly details: FixDetails | undefined;
};

function WhenFacts(props: MotionAndDetails & { readonly zone: ZoneOfIndonesia }) {
  const { motion, details, zone } = props;
  const { t, i18n } = useTranslation();
  // the frame cannot tell how old very old news is; the server's answer can
  const isAgeFull = motion.ageMs >= maxFrameAgeMs;
  const fixedAtMs = isAgeFull ? details?.fixedAtMs : motion.fixedAtMs;
  const age = ageText(motion.ageMs + motion.fixedAtMs - (fixedAtMs ?? motion.fixedAtMs));
  const seconds = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  return (
    <Facts title={t('unit.when')}>
      <Fact name={t('unit.age')} field="age">
        {t(age.key, { n: age.n })}
        {!motion.isStored && <span className="not-stored-mark">{t('unit.notStored')}</span>}
      </Fact>
      <Fact name={t('unit.fixedAt')} field="fixed-at">
        {fixedAtMs === undefined ? (
          t('unit.unknown')
        ) : (
          <>
            {dayAndTime(fixedAtMs, zone.timeZone, i18n.language)} {zone.name}
            <br />
            <span className="quiet">{timeOfDay(fixedAtMs, 'UTC')} UTC</span>
          </>
        )}
      </Fact>
      {details?.delayMs !== undefined && (
        <Fact name={t('unit.delay')} field="delay">
          {t('unit.delaySeconds', { n: seconds.format(details.delayMs / 1000) })}
        </Fact>
      )}
    </Facts>
  );
}

function WhereFacts({ motion, details }: MotionAndDetails) {
  const { t, i18n } = useTranslation();
  const degrees = new Intl.NumberFormat(i18n.language, {
    minimumFractionDigits: 5,
    maximumFractionDigits: 5,
  });
  const { accuracyM } = motion;
  return (
    <Facts title={t('unit.where')}>
      <Fact name={t('unit.place')} field="place">
        {degrees.format(Math.abs(motion.lat))}° {t(motion.lat < 0 ? 'unit.south' : 'unit.north')}
        <br />
        {degrees.format(Math.abs(motion.lon))}° {t(motion.lon < 0 ? 'unit.west' : 'unit.east')}
      </Fact>
      <Fact name={t('unit.accuracy')} field="accuracy">
        {accuracyM === undefined ? t('unit.unknown') : `± ${Math.round(accuracyM)} m`}
      </Fact>
      {details?.altitudeM !== undefined && (
        <Fact name={t('unit.altitude')}>{Math.round(details.altitudeM)} m</Fact>
      )}
      {details?.sats !== undefined && <Fact name={t('unit.satellites')}>{details.sats}</Fact>}
    </Facts>
  );
}

function MotionFacts({ motion, details }: MotionAndDetails) {
  const { t, i18n } = useTranslation();
  const { speedMps, courseDeg } = motion;
  const kmh = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  return (
    <Facts title={t('unit.what')}>
      <Fact name={t('unit.speed')} field="speed">
        {speedMps === undefined
          ? t('unit.unknown')
          : t('unit.kmh', { n: kmh.format(speedMps * 3.6) })}
      </Fact>
      <Fact name={t('unit.course')} field="course">
        {courseDeg === undefined
          ? t('unit.unknown')
          : `${courseDeg}° ${t(`course.${compassPoint(courseDeg)}`)}`}
      </Fact>
      {details?.batteryPct !== undefined && (
        <Fact name={t('unit.battery')}>{Math.round(details.batteryPct)} %</Fact>
      )}
      {details?.attributes.map(([name, value]) => (
        <Fact key={name} name={name}>
          {typeof value === 'boolean' ? t(value ? 'unit.yes' : 'unit.no') : value}
        </Fact>
      ))}
    </Facts>
  );
}

type WhoFactsProps = { readonly unit: RosterEntry; readonly bearer: string | undefined };

function WhoFacts({ unit, bearer }: WhoFactsProps) {
  const { t } = useTranslation();
  return (
    <Facts title={t('unit.who')}>
      {bearer !== undefined && (
        <Fact name={t('unit.bearer')} field="bearer">
          {bearer}
        </Fact>
      )}
      <Fact name={t('unit.kind')}>{t(`kind.${unit.kind}`)}</Fact>
      <Fact name={t('unit.agency')}>{t(`agencyFull.${unit.agency}`)}</Fact>
      <Fact name={t('unit.region')}>{unit.region}</Fact>
      <Fact name={t('unit.id')}>{unit.id}</Fact>
      <Fact name={t('unit.tracker')}>{unit.trackerId}</Fact>
    </Facts>
  );
}
