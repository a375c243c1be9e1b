import { useEffect, useState, useSyncExternalStore } from 'react';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { priorities } from '../../../server/domain/rule.ts';
import { recall, remember } from '../remember.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import type { AlarmSound, SoundState } from './alarmSound.ts';
import { callsMe, isWideAtFirst } from './callsMe.ts';

export type AlarmSoundControl = {
  readonly sound: AlarmSound;
  readonly state: SoundState;
  /** Alarms that call this person now, the most urgent first. */
  readonly calling: readonly AlarmDetails[];
  /** Percent, 10 to 100. */
  readonly volumePct: number;
  readonly setVolume: (volumePct: number) => void;
  /** It sounds for all that the person may handle, not only for what they are told of. */
  readonly isWide: boolean;
  readonly setWide: (isWide: boolean) => void;
};

const usualVolumePct = 60;

/** Sounds for the alarms that call whoever is signed in, and ends a mute when a new SOS comes. */
export function useAlarmSound(
  sound: AlarmSound,
  alarms: readonly AlarmDetails[],
  session: SessionInfo,
): AlarmSoundControl {
  const [volumePct, setVolumePct] = useState(recalledVolume);
  const [isWide, setIsWide] = useState(() => recalledReach(session));
  const state = useSyncExternalStore(sound.subscribe, () => sound.state);
  const calling = alarms
    .filter((alarm) => callsMe(alarm, session.grants, isWide))
    .sort((a, b) => priorities.indexOf(b.priority) - priorities.indexOf(a.priority));
  const wanted = calling[0]?.priority;
  const newestSosMs = Math.max(
    0,
    ...calling.filter(({ priority }) => priority === 'sos').map((alarm) => alarm.lastOccurredAtMs),
  );
  useEffect(() => sound.call(wanted), [sound, wanted]);
  useEffect(() => sound.noteSos(newestSosMs), [sound, newestSosMs]);
  useEffect(() => sound.setVolume(volumePct / 100), [sound, volumePct]);
  // whoever leaves the room leaves it quiet
  useEffect(() => () => sound.call(undefined), [sound]);
  return {
    sound,
    state,
    calling,
    volumePct,
    setVolume: (pct) => {
      setVolumePct(pct);
      remember('posko.alarmVolume', String(pct));
    },
    isWide,
    setWide: (wide) => {
      setIsWide(wide);
      remember('posko.alarmReach', wide ? 'all' : 'told');
    },
  };
}

function recalledVolume(): number {
  const pct = Number(recall('posko.alarmVolume') ?? usualVolumePct);
  return pct >= 10 && pct <= 100 ? pct : usualVolumePct;
}

function recalledReach({ grants }: SessionInfo): boolean {
  const reach = recall('posko.alarmReach');
  return reach === undefined ? isWideAtFirst(grants) : reach === 'all';
}
