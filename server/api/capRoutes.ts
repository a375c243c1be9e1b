import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import { isInScope, scopeOf } from '../domain/access.ts';
import { everywhere } from '../domain/region.ts';
import { capAlert } from '../outbound/cap/capAlert.ts';
import { capFeed } from '../outbound/cap/capFeed.ts';
import { isForOthers } from '../outbound/isForOthers.ts';
import { listAlarms, readAlarm, readAlarmEvents } from '../storage/alarmStore.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

export type CapParts = {
  readonly pool: Pool;
  /** Names this installation to those who take its messages; nobody else has the same. */
  readonly capSender: string;
  /** Its data are thrown away: everybody is to disregard them. */
  readonly isDemo: boolean;
  readonly nowMs: () => number;
};

const config = { access: 'alarms.view' } as const;
/** Alarms of the feed. */
const feedLength = 100;
const feedPath = '/api/v1/cap';

/** `/cap`: alarms as other systems take them, CAP 1.2 with an Atom feed, of the regions that one sees. */
export function capRoutes(parts: CapParts): FastifyPluginCallbackTypebox {
  const { pool, capSender: sender, isDemo: isTest, nowMs } = parts;

  return (app, _options, done) => {
    app.get('/cap', { config }, async (request, reply) => {
      const regions = scopeOf(accessOf(request).grants, 'alarms.view');
      const page = await listAlarms(
        pool,
        { regions, state: 'all' },
        { limit: feedLength, nowMs: nowMs() },
      );
      const shown = page.alarms.filter(({ state }) => state !== 'suppressed');
      return reply
        .type('application/atom+xml; charset=utf-8')
        .send(capFeed(shown, feedPath, nowMs()));
    });

    app.get(
      '/cap/:id/:file',
      {
        config,
        schema: {
          params: Type.Object({
            id: Type.String({
              pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
            }),
            /** The alarm's version. */
            file: Type.String({ pattern: '^[1-9][0-9]{0,8}[.]xml$' }),
          }),
        },
      },
      async (request, reply) => {
        const { id, file } = request.params;
        const version = Number.parseInt(file, 10);
        const scope = scopeOf(accessOf(request).grants, 'alarms.view');
        const alarm = await readAlarm(pool, id);
        const isSeen =
          alarm !== undefined && (scope.includes(everywhere) || isInScope(scope, alarm.regions));
        if (!isSeen) throw new ProblemError('alarm_not_found', id);
        const events = (await readAlarmEvents(pool, id, version + 1)).filter(isForOthers);
        const event = events.at(-1);
        if (event?.version !== version) {
          throw new ProblemError('alarm_not_found', `${id} has no version ${version}`);
        }
        return reply
          .type('application/cap+xml; charset=utf-8')
          .send(capAlert(alarm, event, { sender, isTest, earlier: events }));
      },
    );
    done();
  };
}
