import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AlarmLoad } from '../alarms/alarmLoad.ts';
import { isInScope, type Scope, scopeOf } from '../domain/access.ts';
import { alarmLoadWholeSchema } from '../domain/alarmDetails.ts';
import { includesRegion } from '../domain/region.ts';
import { anyRegionSchema } from './placeParts.ts';
import { accessOf } from './routeAccess.ts';

export type AlarmLoadParts = {
  /** The load of a control room that sees these regions. */
  readonly loadOf: (asked: {
    readonly scope: Scope;
    readonly isExercise?: boolean | undefined;
  }) => AlarmLoad;
};

/** `GET /alarms/load`: alarms against what people can bear. */
export function alarmLoadRoute({ loadOf }: AlarmLoadParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/alarms/load',
      {
        config: { access: 'alarms.view' },
        schema: {
          querystring: Type.Object({
            region: Type.Optional(anyRegionSchema),
            /** Left out: exercises and all else together. */
            exercise: Type.Optional(Type.Boolean()),
          }),
          response: { 200: alarmLoadWholeSchema },
        },
      },
      (request) => {
        const { region, exercise: isExercise } = request.query;
        const own = scopeOf(accessOf(request).grants, 'alarms.view');
        const load = loadOf({ scope: within(own, region), isExercise });
        return {
          ...load,
          byPlace: load.byPlace.map((each) => ({ ...each, place: { ...each.place } })),
          byRule: load.byRule.map((each) => ({ ...each })),
          topOffenders: load.topOffenders.map((each) => ({ ...each, place: { ...each.place } })),
          timeToAcknowledge: { ...load.timeToAcknowledge },
          priorities: load.priorities.map((each) => ({ ...each })),
        };
      },
    );
    done();
  };
}

/** The part of a scope that lies in a region. */
export function within(scope: Scope, region: string | undefined): Scope {
  if (region === undefined) return scope;
  if (isInScope(scope, [region])) return [region];
  return scope.filter((each) => includesRegion(region, each));
}
