import { Button, Group, Textarea, TextInput, Tooltip } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  commandTexts,
  decisionTexts,
  levelTexts,
} from '../../../server/domain/incidentChecklists.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { maxApprovalLength, maxIncidentTextLength } from '../../../server/domain/incidentFields.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import type { Language } from '../texts/language.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { type DecisionChoice, decisionChoices } from './decisionChoices.ts';
import { LevelMark } from './LevelMark.tsx';
import { useIncidentOrder } from './useIncidentOrder.ts';

type DecisionPartProps = { readonly incident: IncidentDetails; readonly session: SessionInfo };

/** A decision whose reason is asked for. */
type Pending = {
  readonly choice: DecisionChoice;
  /** As it was when the person pressed the button: what somebody else decided since is told first. */
  readonly version: number;
  readonly reason: string;
  readonly approvedBy: string;
  readonly isTried: boolean;
};

/** The level, and the orders that the state allows; each is given with a reason. */
export function DecisionPart({ incident, session }: DecisionPartProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { order, decide } = useIncidentOrder(incident);
  const [pending, setPending] = useState<Pending>();
  if (incident.closedAtMs !== null) return <LevelMark level={incident.level} />;
  const choices = decisionChoices(incident, session.grants);
  const begin = (choice: DecisionChoice): void => {
    order.forget();
    const { version } = incident;
    setPending({ choice, version, reason: '', approvedBy: '', isTried: false });
  };
  const submit = async (): Promise<void> => {
    if (pending === undefined) return;
    const { choice, version } = pending;
    const reason = pending.reason.trim();
    const approvedBy = pending.approvedBy.trim();
    if (reason === '' || (choice.needsApproval && approvedBy === '')) {
      setPending({ ...pending, isTried: true });
      return;
    }
    const { decision } = choice;
    const isApproved = decision.kind === 'lintas_ganti' && approvedBy !== '';
    const whole = isApproved ? { ...decision, approvedBy } : decision;
    if (await decide(whole, reason, version)) setPending(undefined);
  };
  const isPending = (choice: DecisionChoice): boolean =>
    pending !== undefined && nameOf(pending.choice, language) === nameOf(choice, language);
  return (
    <div className="decisions">
      <fieldset className="level-buttons">
        <legend>{t('incident.level')}</legend>
        {choices.map((choice) =>
          choice.decision.kind === 'set_level' ? (
            <DecisionButton
              key={choice.decision.level}
              choice={choice}
              isPending={isPending(choice)}
              onBegin={begin}
            />
          ) : null,
        )}
      </fieldset>
      <fieldset className="order-buttons">
        <legend>{t('incident.orders')}</legend>
        {choices.map((choice) =>
          choice.decision.kind === 'set_level' ? null : (
            <DecisionButton
              key={nameOf(choice, language)}
              choice={choice}
              isPending={isPending(choice)}
              onBegin={begin}
            />
          ),
        )}
      </fieldset>
      {pending !== undefined && (
        <Form
          label={nameOf(pending.choice, language)}
          faults={pending.isTried}
          problem={order.problem}
          onSubmit={() => void submit()}
        >
          <Textarea
            label={t('incident.reasonFor', { what: nameOf(pending.choice, language) })}
            autoFocus
            required
            rows={2}
            maxLength={maxIncidentTextLength}
            value={pending.reason}
            error={pending.isTried && pending.reason.trim() === '' && t('incident.reasonMissing')}
            onChange={(event) => setPending({ ...pending, reason: event.currentTarget.value })}
          />
          {pending.choice.needsApproval && (
            <TextInput
              label={t('incident.approvedBy')}
              required
              maxLength={maxApprovalLength}
              value={pending.approvedBy}
              error={
                pending.isTried &&
                pending.approvedBy.trim() === '' &&
                t('incident.approvedByMissing')
              }
              onChange={(event) =>
                setPending({ ...pending, approvedBy: event.currentTarget.value })
              }
            />
          )}
          <ProblemNotice problem={order.problem} />
          <Group gap="xs">
            <Button type="submit" size="compact-sm" loading={order.isBusy}>
              {t('incident.decide')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setPending(undefined)}>
              {t('confirm.cancel')}
            </Button>
          </Group>
        </Form>
      )}
    </div>
  );
}

type DecisionButtonProps = {
  readonly choice: DecisionChoice;
  readonly isPending: boolean;
  readonly onBegin: (choice: DecisionChoice) => void;
};

function DecisionButton({ choice, isPending, onBegin }: DecisionButtonProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const { decision, isSo, isOwn } = choice;
  const isLevel = decision.kind === 'set_level';
  const why = isSo || isOwn ? undefined : whyNot(choice, t, language);
  const button = (
    <Button
      size="compact-sm"
      variant={isPending ? 'filled' : 'default'}
      className="decision-button"
      data-decision={isLevel ? decision.level : decision.kind}
      aria-label={isLevel ? levelTexts[decision.level][language] : undefined}
      aria-pressed={isLevel ? isSo : undefined}
      // a disabled button says nothing to whoever wants to know why
      aria-disabled={!isOwn}
      data-disabled={!isOwn && !isSo}
      onClick={() => isOwn && onBegin(choice)}
    >
      {isLevel ? <LevelMark level={decision.level} /> : nameOf(choice, language)}
    </Button>
  );
  if (why === undefined) return button;
  return <Tooltip label={why}>{button}</Tooltip>;
}

/** Why the person may not. */
function whyNot({ least }: DecisionChoice, t: TFunction, language: Language): string {
  return least === undefined
    ? t('incident.nobodyMay')
    : t('incident.takes', { who: commandTexts[least][language] });
}

/** What is decided, in words. */
function nameOf({ decision }: DecisionChoice, language: Language): string {
  switch (decision.kind) {
    case 'set_level':
      return levelTexts[decision.level][language];
    case 'lapis_ganti':
    case 'lintas_ganti':
      return decisionTexts[decision.kind][language];
    case 'alih_kendali':
      return `${decisionTexts.alih_kendali[language]} → ${commandTexts[decision.to][language]}`;
  }
}
