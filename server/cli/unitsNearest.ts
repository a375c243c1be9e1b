import { parseArgs } from 'node:util';
import { nearestUnitsSchema } from '../domain/boardDetails.ts';
import { agencies, unitKinds } from '../domain/unit.ts';
import { serverAsker, serverHelp, serverOptions } from './askServer.ts';
import { type Command, UsageError } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { readOneOf } from './placeArguments.ts';
import { readList } from './trackerArguments.ts';

/** As many as the server answers. */
const maxCount = 100;

/** `units nearest`: see its help. */
export const unitsNearest: Command = {
  name: 'units nearest',
  summary: 'who could come to a place, a site or a unit',
  help: `npm run posko -- units nearest --lon=<degrees> --lat=<degrees> [options]
npm run posko -- units nearest --site <id> | --unit <id> [options]

Prints one line for each unit, the nearest first, its columns separated by tabs: id, callsign, kind,
agency, live or late or lost, metres as the crow flies, degrees from the place to it, minutes until it
is there (an estimate), age of its place in seconds, its longitude and latitude.

  --kind <kind>        ${unitKinds.join(', ')};
                       may be given several times
  --agency <agency>    ${agencies.join(', ')};
                       may be given several times
  --count <number>     1 to ${maxCount} (default: 10)
  --include-lost       also those without contact, by where they were last

${serverHelp}`,
  run: async ({ config, args, print, secrets, token }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        lon: { type: 'string' },
        lat: { type: 'string' },
        site: { type: 'string' },
        unit: { type: 'string' },
        kind: { type: 'string', multiple: true },
        agency: { type: 'string', multiple: true },
        count: { type: 'string' },
        'include-lost': { type: 'boolean' },
        ...serverOptions,
      },
    });
    const { site, unit, count } = values;
    const [lon, lat] = [
      readDegrees('--lon', values.lon, 180),
      readDegrees('--lat', values.lat, 90),
    ];
    const isPoint = lon !== undefined && lat !== undefined;
    const given = [lon ?? lat, site, unit].filter((each) => each !== undefined);
    if (given.length !== 1 || ((lon ?? lat) !== undefined) !== isPoint) {
      throw new UsageError('name --lon and --lat, or --site, or --unit');
    }
    const query = {
      ...{ lon, lat, site, unit },
      kind: (readList(values.kind) ?? []).map((text) => readOneOf('--kind', text, unitKinds)),
      agency: (readList(values.agency) ?? []).map((text) => readOneOf('--agency', text, agencies)),
      count: count === undefined ? undefined : readWholeNumber('--count', count, maxCount),
      includeLost: values['include-lost'],
    };
    const ask = await serverAsker(config, { server: values.server, token, secrets });
    const { units } = await ask('/units/nearest', query, nearestUnitsSchema);
    for (const { unit: near, presence, place, ageMs, ...how } of units) {
      const { id, callsign, kind, agency } = near;
      const minutes = (how.estimatedS / 60).toFixed(1);
      const columns = [
        ...[id, callsign, kind, agency, presence, Math.round(how.distanceM)],
        ...[Math.round(how.bearingDeg) % 360, minutes, Math.round(ageMs / 1_000), ...place],
      ];
      print(columns.join('\t'));
    }
  },
};

function readDegrees(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const degrees = Number(text);
  if (/^-?\d{1,3}(\.\d{1,15})?$/.test(text) && Math.abs(degrees) <= max) return degrees;
  throw new UsageError(
    `${option} is "${text.slice(0, 80)}"; it must be degrees from -${max} to ${max}`,
  );
}
