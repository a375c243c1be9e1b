import type { ApiClient } from '../api/apiClient.ts';
import { type Answer, ownProblem } from '../api/problem.ts';
import { type ListedTracker, readTrackerPage } from './trackers.ts';

const pageSize = 5_000;
/** More trackers than this are no list that anybody reads. */
const mostPages = 20;

/** Every tracker that one manages, by id, a page after the other. */
export async function readAllTrackers(
  api: ApiClient,
  signal: AbortSignal,
): Promise<Answer<readonly ListedTracker[]>> {
  const trackers: ListedTracker[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = new URLSearchParams({ limit: String(pageSize) });
    if (cursor !== undefined) query.set('cursor', cursor);
    const answer = await api.get(`/trackers?${query}`, readTrackerPage, { signal });
    if (!answer.ok) return answer;
    trackers.push(...answer.value.trackers);
    cursor = answer.value.nextCursor;
    if (cursor === undefined) return { ok: true, value: trackers };
  }
  return {
    ok: false,
    problem: ownProblem('unexpected', '/trackers: the pages have no end', undefined),
  };
}
