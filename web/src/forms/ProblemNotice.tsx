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

/** Says why something was not done, beside the form or list it belongs to; nothing when it was done. */
export function ProblemNotice({ problem }: { readonly problem: Problem | undefined }) {
  const { t } = useTranslation();
  if (problem === undefined) return null;
  return (
    <Text size="sm" role="alert" className="problem-notice">
      {problemText(problem, t)}
    </Text>
  );
}
