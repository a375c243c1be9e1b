import { ActionIcon, Button, Checkbox, Group, Popover, Slider, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { priorities } from '../../../server/domain/rule.ts';
import { secondsLeft } from '../forms/useSecondsLeft.ts';
import type { AlarmSoundControl } from './useAlarmSound.ts';
import { hasNotices } from './useDesktopNotices.ts';

type SoundButtonProps = {
  readonly control: AlarmSoundControl;
  /** Page time, the clock of the sound. */
  readonly nowMs: () => number;
};

const speaker = 'M4 9v6h4l5 4V5L8 9z';
const waves = 'M16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11';
const cross = 'M16 9.5l5 5M21 9.5l-5 5';

/** Whether it sounds, and everything about the sound behind it. */
export function SoundButton({ control, nowMs }: SoundButtonProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { sound, state, volumePct } = control;
  // drawn anew each second with the rest of the page
  const left = state.kind === 'muted' ? secondsLeft(state.untilMs, nowMs()) : 0;
  const countdown = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const words =
    state.kind === 'sounding'
      ? t('sound.sounding', { priority: t(`priority.${state.priority}`) })
      : state.kind === 'muted'
        ? t('sound.muted', { time: countdown })
        : t(`sound.${state.kind}`);
  const isSilent = state.kind === 'muted' || state.kind === 'blocked';
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      shadow="md"
      width={300}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="md"
          className="sound-button"
          data-sound={state.kind}
          aria-label={`${t('sound.title')}: ${words}`}
          title={words}
          onClick={() => setOpen(!isOpen)}
        >
          <svg aria-hidden="true" width={18} height={18} viewBox="0 0 24 24">
            <path d={speaker} fill="currentColor" />
            <path d={isSilent ? cross : waves} fill="none" stroke="currentColor" strokeWidth={2} />
          </svg>
          {state.kind === 'muted' && <span className="digits sound-countdown">{countdown}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('sound.title')} className="sound-settings">
        <Text component="h2" size="md" fw={600} m={0}>
          {t('sound.title')}
        </Text>
        <Text size="sm" role="status">
          {words}
        </Text>
        <div>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => (state.kind === 'muted' ? sound.unmute() : sound.mute())}
          >
            {t(state.kind === 'muted' ? 'sound.unmute' : 'sound.mute')}
          </Button>
          <Text size="xs" className="quiet">
            {t('sound.muteExplain')}
          </Text>
        </div>
        <div>
          <Text size="sm" id="alarm-volume">
            {t('sound.volume')}
          </Text>
          <Slider
            size="sm"
            min={10}
            max={100}
            step={10}
            value={volumePct}
            label={(pct) => `${pct} %`}
            thumbProps={{ 'aria-labelledby': 'alarm-volume' }}
            onChange={control.setVolume}
          />
        </div>
        <Group gap={6} role="group" aria-label={t('sound.test')}>
          <Text size="sm">{t('sound.test')}</Text>
          {priorities.toReversed().map((priority) => (
            <Button
              key={priority}
              size="compact-xs"
              variant="default"
              aria-label={t('sound.testThis', { priority: t(`priority.${priority}`) })}
              onClick={() => sound.test(priority)}
            >
              {t(`priority.${priority}`)}
            </Button>
          ))}
        </Group>
        <Checkbox
          size="sm"
          label={t('sound.reach')}
          description={t('sound.reachExplain')}
          checked={control.isWide}
          onChange={(event) => control.setWide(event.currentTarget.checked)}
        />
        <NoticePermission />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The browser is asked only when somebody wants it. */
function NoticePermission() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() =>
    hasNotices() ? Notification.permission : 'denied',
  );
  if (!hasNotices()) return null;
  if (permission === 'default') {
    const ask = (): void => {
      void Notification.requestPermission().then(setPermission);
    };
    return (
      <Button size="compact-sm" variant="default" onClick={ask}>
        {t('sound.noticesAsk')}
      </Button>
    );
  }
  return (
    <Text size="xs" className="quiet">
      {t(permission === 'granted' ? 'sound.noticesOn' : 'sound.noticesOff')}
    </Text>
  );
}
