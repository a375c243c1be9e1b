import { ActionIcon, Button, Paper, Stack, Text } from '@mantine/core';
import { useContext, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ageText } from '../formats/ageText.ts';
import { IsCovered } from '../session/IsCovered.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import type { AlarmMark } from './alarmMarks.ts';
import { plainStyle, styleOf } from './basemap.ts';
import type { Theme } from './mapColors.ts';
import { UnitMap, type UnitMapOptions } from './unitMap.ts';
import { useBasemap } from './useBasemap.ts';

type MapPaneProps = Omit<UnitMapOptions, 'container' | 'onMapProblem'> & {
  readonly theme: Theme;
  readonly selectedKey: number | undefined;
  readonly follows: boolean;
  readonly alarms: readonly AlarmMark[];
  /** True while the live socket is open: the server can be asked for its map. */
  readonly isConnected: boolean;
  /** Given the map when there is one, and undefined when it is gone. */
  readonly onMap: (map: UnitMap | undefined) => void;
};

/** The map, its buttons, and a sentence when something is wrong with it. */
export function MapPane(props: MapPaneProps) {
  const { client, nowMs, glides, onPick, onPickAlarm, onFollowEnd, theme, onMap } = props;
  const { selectedKey, follows, alarms } = props;
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const isCovered = useContext(IsCovered);
  const container = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<UnitMap>();
  const [failure, setFailure] = useState<string>();
  const { basemap, problem, reportProblem, retry } = useBasemap(props.isConnected);

  useEffect(() => {
    if (container.current === null) return;
    let created: UnitMap;
    try {
      const listeners = { onPick, onPickAlarm, onFollowEnd, onMapProblem: reportProblem };
      const options = { client, nowMs, glides, ...listeners };
      created = new UnitMap({ ...options, container: container.current });
    } catch (error) {
      // the library's own words help whoever looks after this desk; the rest of the page goes on
      setFailure(error instanceof Error ? error.message : String(error));
      return;
    }
    setMap(created);
    onMap(created);
    return () => {
      onMap(undefined);
      setMap(undefined);
      created.close();
    };
  }, [client, nowMs, glides, onPick, onPickAlarm, onFollowEnd, onMap, reportProblem]);

  useEffect(() => {
    const style = basemap === undefined ? plainStyle(theme) : styleOf(basemap, theme, language);
    map?.setStyle(style, theme);
  }, [map, basemap, theme, language]);
  useEffect(() => map?.setLabel(t('map.label')), [map, t]);
  useEffect(() => {
    map?.setAgeWords((ageMs) => {
      const age = ageText(ageMs);
      return t(age.key, { n: age.n });
    });
  }, [map, t]);
  useEffect(() => map?.select(selectedKey), [map, selectedKey]);
  useEffect(() => map?.setFollows(follows), [map, follows]);
  useEffect(() => map?.setAlarms(alarms), [map, alarms]);

  return (
    <div className="map-pane">
      <div ref={container} className="map-canvas" />
      {map !== undefined && (
        <Stack gap={6} className="map-buttons">
          <MapButton
            label={t('map.zoomIn')}
            sign="M12 5v14M5 12h14"
            onClick={() => map.zoomBy(1)}
          />
          <MapButton label={t('map.zoomOut')} sign="M5 12h14" onClick={() => map.zoomBy(-1)} />
          <MapButton
            label={t('map.showAll')}
            sign="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"
            onClick={() => map.showAllUnits()}
          />
        </Stack>
      )}
      {failure !== undefined && <MapNotice text={t('map.noWebGl')} detail={failure} />}
      {/* while it is asked who is there, every tile is refused, and asked for again afterwards */}
      {failure === undefined && problem !== undefined && !isCovered && (
        <MapNotice text={t('map.problem')} detail={problem} onRetry={retry} />
      )}
    </div>
  );
}

type MapButtonProps = {
  readonly label: string;
  /** Strokes of the sign, SVG path data in a square of 24. */
  readonly sign: string;
  readonly onClick: () => void;
};

function MapButton({ label, sign, onClick }: MapButtonProps) {
  return (
    <ActionIcon variant="default" size="lg" aria-label={label} title={label} onClick={onClick}>
      <svg aria-hidden="true" width={18} height={18} viewBox="0 0 24 24">
        <path d={sign} fill="none" stroke="currentColor" strokeWidth={2} />
      </svg>
    </ActionIcon>
  );
}

type MapNoticeProps = {
  readonly text: string;
  readonly detail: string;
  readonly onRetry?: () => void;
};

function MapNotice({ text, detail, onRetry }: MapNoticeProps) {
  const { t } = useTranslation();
  return (
    <Paper className="map-notice" role="status" px="md" py="xs" shadow="sm">
      <Text size="sm">{text}</Text>
      <details className="problem-details">
        <summary>{t('problem.details')}</summary>
        <div>{detail}</div>
      </details>
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="default" mt={6} onClick={onRetry}>
          {t('map.retry')}
        </Button>
      )}
    </Paper>
  );
}
