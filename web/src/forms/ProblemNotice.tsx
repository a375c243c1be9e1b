import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem.ts';

/** The sentence that a problem is shown with. */
export function problemText({ code, title }: Problem, t: TFunction): string {
  if (code === 'unreachable') return t('problem.unreachable');
  if (code === 'unexpected') return t('problem.unexpected');
  return title;
}

type ProblemNoticeProps = {
  readonly problem: Problem | undefined;
  /** Codes that a field of the form tells of, where it is mended. */
  readonly saidByField?: readonly string[];
};

/** Says why something was not done, beside the form or list it belongs to; nothing when it was done. */
export function ProblemNotice({ problem, saidByField = [] }: ProblemNoticeProps) {
  const { t } = useTranslation();
  if (problem === undefined || saidByField.includes(problem.code)) return null;
  return (
    <div className="problem-notice">
      <Text size="sm" role="alert">
        {problemText(problem, t)}
      </Text>
      <ProblemDetails problem={problem} />
    </div>
  );
}

/** What whoever looks after the server wants to know; a refusal that says all itself has none. */
export function ProblemDetails({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation();
  const { code, status, detail } = problem;
  const isRefusal = status !== undefined && status < 500;
  if (isRefusal && detail === undefined) return null;
  const answer = status === undefined ? undefined : `HTTP ${status}`;
  const facts = [answer, code, detail].filter((fact) => fact !== undefined);
  return (
    <details className="problem-details">
      <summary>{t('problem.details')}</summary>
      <div>{facts.join(' · ')}</div>
    </details>
  );
}
