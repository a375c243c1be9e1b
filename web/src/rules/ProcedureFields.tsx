import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { maxNameLength, maxSteps, maxTextLength } from '../../../server/domain/rule.ts';
import type { RulePartProps } from './RuleFields.tsx';
import { TextPair } from './TextPair.tsx';
import type { TypedStep } from './typedRule.ts';

/** What is to be done, in order, and who answers for each. */
export function ProcedureFields({ typed, fault, isReadOnly, onType }: RulePartProps) {
  const { t } = useTranslation();
  const { procedure } = typed;
  const put = (steps: readonly TypedStep[]): void => onType({ ...typed, procedure: steps });
  const change = (changed: TypedStep): void =>
    put(procedure.map((each) => (each.row === changed.row ? changed : each)));
  const raise = (at: number): void => {
    const [above, below] = [procedure[at - 1], procedure[at]];
    if (above === undefined || below === undefined) return;
    put([...procedure.slice(0, at - 1), below, above, ...procedure.slice(at + 1)]);
  };
  const add = (): void => {
    const row = Math.max(-1, ...procedure.map((each) => each.row)) + 1;
    const empty = { id: '', en: '' };
    put([...procedure, { row, text: empty, answers: empty }]);
  };
  return (
    <fieldset className="rule-part">
      <legend>{t('rules.procedure')}</legend>
      {fault('bad_procedure') !== undefined && (
        <span role="alert" className="warns">
          {fault('bad_procedure')}
        </span>
      )}
      {procedure.map((step, at) => (
        <div key={step.row} className="rule-step">
          <Group gap="xs" justify="space-between">
            <Text size="xs" fw={600}>
              {t('rules.step', { n: at + 1 })}
            </Text>
            {!isReadOnly && (
              <Group gap={4}>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  disabled={at === 0}
                  aria-label={t('rules.stepUp', { n: at + 1 })}
                  onClick={() => raise(at)}
                >
                  ↑
                </ActionIcon>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  disabled={at === procedure.length - 1}
                  aria-label={t('rules.stepDown', { n: at + 1 })}
                  onClick={() => raise(at + 1)}
                >
                  ↓
                </ActionIcon>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  aria-label={t('rules.stepRemove', { n: at + 1 })}
                  onClick={() => put(procedure.filter(({ row }) => row !== step.row))}
                >
                  ×
                </ActionIcon>
              </Group>
            )}
          </Group>
          <TextPair
            label={t('rules.stepText')}
            text={step.text}
            maxLength={maxTextLength}
            isReadOnly={isReadOnly}
            onType={(text) => change({ ...step, text })}
          />
          <TextPair
            label={t('rules.stepAnswers')}
            text={step.answers}
            maxLength={maxNameLength}
            isReadOnly={isReadOnly}
            onType={(answers) => change({ ...step, answers })}
          />
        </div>
      ))}
      {!isReadOnly && procedure.length < maxSteps && (
        <Button size="compact-xs" variant="default" onClick={add}>
          {t('rules.addStep')}
        </Button>
      )}
    </fieldset>
  );
}
