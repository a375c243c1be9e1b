import type { Pool } from 'pg';
import { isInScope, type Scope } from '../../domain/access.ts';
import { checkWindow, sqlTime, type TimeWindow } from './timeWindow.ts';

/**
 * The stretches of a window in which a unit belonged to a scope: all of it for a unit whose home is
 * there, otherwise while it worked for an operation there. In order, without overlap.
 */
export async function windowsInScope(
  pool: Pool,
  unit: { readonly key: number; readonly region: string },
  scope: Scope,
  window: TimeWindow,
): Promise<readonly TimeWindow[]> {
  checkWindow(window);
  if (isInScope(scope, [unit.region])) return [window];
  const { rows } = await pool.query<{ region: string; from_ms: number; to_ms: number }>(
    `select o.region,
            extract(epoch from greatest(a.valid_from, o.starts_at, $2)) * 1000 as from_ms,
            extract(epoch from least(a.valid_to, o.ends_at, $3)) * 1000 as to_ms
     from operation_assignments a join operations o on o.key = a.operation_key
     where a.unit_key = $1
       and greatest(a.valid_from, o.starts_at, $2) < least(a.valid_to, o.ends_at, $3)
     order by 2`,
    [unit.key, sqlTime(window.fromMs), sqlTime(window.toMs)],
  );
  const found: { fromMs: number; toMs: number }[] = [];
  for (const { region, from_ms, to_ms } of rows) {
    if (!isInScope(scope, [region])) continue;
    const [fromMs, toMs] = [Number(from_ms), Number(to_ms)];
    const last = found.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else found.push({ fromMs, toMs });
  }
  return found;
}
