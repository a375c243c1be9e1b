import { useTranslation } from 'react-i18next';
import type { Level } from '../../../server/domain/incident.ts';

/** A level as a word beside a form and a colour: circle, triangle, square. */
export function LevelMark({ level }: { readonly level: Level }) {
  const { t } = useTranslation();
  return (
    <span className="level-mark" data-level={level}>
      <svg aria-hidden="true" width={12} height={12} viewBox="0 0 12 12">
        {level === 'hijau' && <circle cx={6} cy={6} r={5} fill="currentColor" />}
        {level === 'kuning' && <path d="M6 0.5 12 11.5H0Z" fill="currentColor" />}
        {level === 'merah' && <path d="M0.5 0.5h11v11h-11Z" fill="currentColor" />}
      </svg>
      {t(`level.${level}`)}
    </span>
  );
}
