import type { Priority } from '../../../server/domain/rule.ts';
import { priorityShapes, shapeSize } from './priorityShapes.ts';

type PriorityMarkProps = {
  readonly priority: Priority;
  /** Filled while it is so; an outline when it is over. */
  readonly isActive?: boolean;
  /** Only the sign flashes, never a text, and only until somebody takes the alarm. */
  readonly flashes?: boolean;
  readonly sizePx?: number;
};

/** The sign of a priority, by form and colour; the word stands beside it. */
export function PriorityMark(props: PriorityMarkProps) {
  const { priority, isActive = true, flashes = false, sizePx = 18 } = props;
  const { outline, cut } = priorityShapes[priority];
  return (
    <svg
      aria-hidden="true"
      className="priority-mark"
      data-priority={priority}
      data-flashes={flashes}
      width={sizePx}
      height={sizePx}
      viewBox={`0 0 ${shapeSize} ${shapeSize}`}
    >
      {isActive ? (
        <path d={outline + cut} fillRule="evenodd" fill="currentColor" />
      ) : (
        <>
          <path d={outline} fill="none" stroke="currentColor" strokeWidth={2} />
          <path d={cut} fill="currentColor" />
        </>
      )}
    </svg>
  );
}
