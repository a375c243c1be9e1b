import { useTranslation } from 'react-i18next';
import type { ClockState } from '../../../server/domain/clockReading.ts';
import type { Presence } from '../../../server/domain/presence.ts';
import { ageText } from '../formats/ageText.ts';
import { clockCorrection } from '../formats/clockCorrection.ts';
import { dayAndTime, timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { FixDetails } from '../units/fixDetails.ts';
import { Fact, Facts } from './Facts.tsx';
import { PresenceMark } from './PresenceMark.tsx';

type ContactFactsProps = {
  readonly presence: Presence;
  readonly details: FixDetails | undefined;
  readonly serverNowMs: number;
  readonly zone: ZoneOfIndonesia;
};

const clockTexts = {
  right: 'unit.clockCorrected',
  corrected: 'unit.clockCorrected',
  ahead: 'unit.clockAhead',
  behind: 'unit.clockBehind',
  distrusted: 'unit.clockDistrusted',
} as const satisfies Record<ClockState, string>;

/** Whether the unit is there, when it last said anything, and what to make of what it says. */
export function ContactFacts({ presence, details, serverNowMs, zone }: ContactFactsProps) {
  const { t, i18n } = useTranslation();
  const age = (atMs: number): string => {
    const { key, n } = ageText(serverNowMs - atMs);
    return t(key, { n });
  };
  const contactAtMs = details?.contactAtMs;
  const { clock, lastSos: sos } = details ?? {};
  const isNew = details !== undefined && contactAtMs === undefined;
  return (
    <Facts title={t('unit.contact')}>
      <Fact name={t('unit.presence')} field="presence">
        <span className="presence-said">
          <PresenceMark presence={presence} /> {t(`presence.${presence}`)}
        </span>
        <br />
        <span className="quiet">
          {t(isNew ? 'presenceMeans.new' : `presenceMeans.${presence}`)}
        </span>
      </Fact>
      {details !== undefined && (
        <Fact name={t('unit.contactAt')} field="contact">
          {contactAtMs === undefined ? (
            t('unit.contactNever')
          ) : (
            <>
              {age(contactAtMs)}
              <br />
              <span className="quiet">
                {dayAndTime(contactAtMs, zone.timeZone, i18n.language)} {zone.name}
              </span>
            </>
          )}
        </Fact>
      )}
      {clock !== undefined && clock.state !== 'right' && (
        <Fact name={t('unit.clock')} field="clock">
          {t(clockTexts[clock.state], {
            // one word on one line
            correction: clockCorrection(-clock.offsetMs, t).replaceAll(' ', '\u00a0'),
          })}
        </Fact>
      )}
      {sos !== undefined && (
        <Fact name={t('unit.lastSos')} field="sos">
          {age(sos.receivedAtMs)} ({timeOfDay(sos.receivedAtMs, zone.timeZone)} {zone.name})
          {sos.text !== undefined && <q className="sos-text">{sos.text}</q>}
        </Fact>
      )}
      {details?.isWeak === true && (
        <Fact name={t('unit.identity')} field="identity">
          {t('unit.identityWeak')}
        </Fact>
      )}
    </Facts>
  );
}
