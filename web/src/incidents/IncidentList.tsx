import { Button, Group, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import type { Problem } from '../api/problem.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { ageText } from '../formats/ageText.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { readIncidents } from './incidentLog.ts';
import { LevelMark } from './LevelMark.tsx';

type IncidentListProps = {
  /** Open ones, the newest first. */
  readonly incidents: readonly IncidentDetails[];
  readonly isKnown: boolean;
  readonly problem: Problem | undefined;
  readonly serverNowMs: number;
  readonly onShow: (id: string) => void;
  /** Undefined for those who may not open any. */
  readonly onNew: (() => void) | undefined;
};

/** Open incidents, and those that were closed when somebody wants to see them. */
export function IncidentList(props: IncidentListProps) {
  const { incidents, isKnown, problem, serverNowMs, onShow, onNew } = props;
  const { t } = useTranslation();
  const [showsClosed, setShowsClosed] = useState(false);
  return (
    <>
      <div className="incident-list-head">
        {onNew !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onNew}>
            {t('incident.new')}
          </Button>
        )}
        <Text size="xs" className="quiet">
          {t(onNew === undefined ? 'incident.listHint' : 'incident.newHint')}
        </Text>
        <ProblemNotice problem={problem} />
      </div>
      <div className="incident-scroll">
        {isKnown && incidents.length === 0 && (
          <Text size="sm" p="sm" className="quiet">
            {t('incident.none')}
          </Text>
        )}
        <Rows incidents={incidents} serverNowMs={serverNowMs} onShow={onShow} />
        <Button
          m="xs"
          size="compact-sm"
          variant="subtle"
          aria-expanded={showsClosed}
          onClick={() => setShowsClosed(!showsClosed)}
        >
          {t('incident.closedOnes')}
        </Button>
        {showsClosed && <ClosedOnes serverNowMs={serverNowMs} onShow={onShow} />}
      </div>
    </>
  );
}

function ClosedOnes({ serverNowMs, onShow }: Pick<IncidentListProps, 'serverNowMs' | 'onShow'>) {
  const { t } = useTranslation();
  const { answer } = useAnswer('/incidents?state=closed&limit=50', readIncidents);
  if (answer === undefined) return null;
  if (!answer.ok) return <ProblemNotice problem={answer.problem} />;
  if (answer.value.length === 0) {
    return (
      <Text size="sm" p="sm" className="quiet">
        {t('incident.noneClosed')}
      </Text>
    );
  }
  return <Rows incidents={answer.value} serverNowMs={serverNowMs} onShow={onShow} />;
}

function Rows({
  incidents,
  serverNowMs,
  onShow,
}: Pick<IncidentListProps, 'incidents' | 'serverNowMs' | 'onShow'>) {
  const { t } = useTranslation();
  return (
    <ul className="incident-rows">
      {incidents.map((incident) => {
        const { id, title, level, isExercise, region, closedAtMs, openedAtMs, units } = incident;
        const age = ageText(serverNowMs - (closedAtMs ?? openedAtMs));
        const there = units.filter((unit) => unit.isThere).length;
        return (
          <li key={id}>
            <UnstyledButton
              className="incident-row"
              data-incident={id}
              data-level={level}
              onClick={() => onShow(id)}
            >
              <Group gap={8} wrap="nowrap" justify="space-between">
                <LevelMark level={level} />
                <span className="quiet digits">
                  {closedAtMs !== null && `${t('incident.closed')} · `}
                  {t(age.key, { n: age.n })}
                </span>
              </Group>
              <span className="incident-row-title">{title}</span>
              <span className="quiet digits">
                {region} · {t('incident.unitsThere', { n: there })}
                {isExercise && ` · ${t('incident.exercise')}`}
              </span>
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
}
