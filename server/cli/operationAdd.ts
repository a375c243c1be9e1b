import { parseArgs } from 'node:util';
import { deedOnPlace } from '../accounts/placeDeeds.ts';
import { type OperationPhase, usualPhases } from '../domain/operation.ts';
import { planSchema } from '../domain/placeDetails.ts';
import { addOperation } from '../storage/operationStore.ts';
import { cliActor } from './cliActor.ts';
import { type Command, UsageError } from './command.ts';
import { readMoment } from './personArguments.ts';
import { readJsonFile } from './readJsonFile.ts';
import { readId, readList } from './trackerArguments.ts';
import { withDatabase } from './withDatabase.ts';

const help = `npm run posko -- operation add <id> --name <text> --region <code> --from <time> [options]

Adds an operation, to which sites and fences belong.

  <id>                          1 to 64 letters, digits, - or _
  --name <text>                 such as "Mantap Praja Mahakam 2024"
  --region <code>               province or regency in which its sites lie: 64 or 64.08
  --from <time>                 when it starts, such as 2024-08-26 or 2024-08-26T08:00+08:00
  --to <time>                   when it ends (default: until further notice)
  --phase <name>=<from>/<to>    a phase and its times, within those of the operation; may be given several
                                times. Usual are
                                ${usualPhases.join(', ')}
  --plan <file>                 JSON: what is required of sites that say nothing themselves, by their class
                                and a phase that the operation has; and the hours of phases that do not count whole, epoch ms:
                                {"byClass": {"rawan": {"voting": {"polri": 2, "linmas": 2}}},
                                 "hours": {"voting": [{"fromMs": 1732662000000, "toMs": 1732683600000}]}}
  --exercise                    it is a drill: its data never mix with live data`;

/** `operation add`: see its help. */
export const operationAdd: Command = {
  name: 'operation add',
  summary: 'add an operation with its phases',
  help,
  run: async ({ config, args, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        region: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        phase: { type: 'string', multiple: true },
        plan: { type: 'string' },
        exercise: { type: 'boolean' },
      },
    });
    const id = readId(positionals, 'operation');
    const { name, region, to } = values;
    if (name === undefined) throw new UsageError('--name is missing');
    if (region === undefined) throw new UsageError('--region is missing, such as --region 64.08');
    const isExercise = values.exercise === true;
    const operation = {
      ...{ id, name, region, isExercise },
      startsAtMs: readMoment('--from', values.from),
      endsAtMs: to === undefined ? undefined : readMoment('--to', to),
      phases: (readList(values.phase) ?? []).map(readPhase),
      // what exactly may be in it, the store checks
      plan:
        values.plan === undefined
          ? undefined
          : await readJsonFile('plan', values.plan, planSchema, 'operation add'),
    };
    const added = await withDatabase(config, (pool) =>
      addOperation(pool, operation, () => [
        deedOnPlace(cliActor, 'operation.added', { id, region }, { isExercise }),
      ]),
    );
    if (!added.ok) throw new Error(`The operation was not added: ${added.detail}.`);
    const { phases } = added.value.value;
    print(`Added operation ${id} (${added.value.value.name}) with ${phases.length} phase(s).`);
  },
};

function readPhase(text: string): OperationPhase {
  const [, phase, from, to] = /^([^=]+)=([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (phase === undefined) {
    throw new UsageError(
      `--phase is "${text.slice(0, 80)}"; it must look like voting=2024-11-27T07:00+08:00/2024-11-27T13:00+08:00`,
    );
  }
  return {
    phase,
    startsAtMs: readMoment('--phase', from),
    endsAtMs: readMoment('--phase', to),
  };
}
