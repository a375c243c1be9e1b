import type { Presence } from '../../../server/domain/presence.ts';

/** Side of the square that the marks are drawn in. */
const markSize = 12;

/**
 * The form of a presence beside its word, as the map draws it: full, hollow, a broken outline. In
 * contact without a place is a cross hair with nothing in it. In the colour of the text around it.
 */
export function PresenceMark({ presence }: { readonly presence: Presence }) {
  return (
    <svg
      aria-hidden="true"
      className="presence-mark"
      width={markSize}
      height={markSize}
      viewBox={`0 0 ${markSize} ${markSize}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
    >
      {presence === 'live' && <circle cx={6} cy={6} r={4.4} fill="currentColor" />}
      {presence === 'late' && <circle cx={6} cy={6} r={4.4} />}
      {presence === 'lost' && <circle cx={6} cy={6} r={4.4} strokeDasharray="2.2 1.256" />}
      {presence === 'no_fix' && <path d="M6 .8v3.4M6 7.8v3.4M.8 6h3.4M7.8 6h3.4" />}
    </svg>
  );
}
