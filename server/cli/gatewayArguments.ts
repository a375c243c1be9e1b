import { readId, readList } from './trackerArguments.ts';

/** A gateway id and what was said of it; what was not said is undefined. */
export type GatewayArguments = {
  readonly id: string;
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly topics: readonly string[] | undefined;
  readonly trackerIds: readonly string[] | undefined;
};

/** The options that say something of a gateway, for parseArgs. */
export const gatewayOptions = {
  name: { type: 'string' },
  region: { type: 'string' },
  topic: { type: 'string', multiple: true },
  tracker: { type: 'string', multiple: true },
} as const;

/** The lines of a help on them. */
export const gatewayHelp = `  --region <code>    regency or city whose administrators look after it, such as 64.08
  --name <text>      what operators call it, at most 64 characters
  --topic <filter>   MQTT topic filter under which it may publish, such as msh/ID/# or
                     application/+/device/+/event/up; may be given several times
  --tracker <id>     a tracker that it speaks for; may be given several times`;

/**
 * Reads what parseArgs found of gatewayOptions, and the id.
 *
 * @throws UsageError when it is not of that form
 */
export function readGatewayArguments(
  values: { readonly [Name in keyof typeof gatewayOptions]?: string | string[] | undefined },
  positionals: readonly string[],
): GatewayArguments {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return {
    id: readId(positionals, 'gateway'),
    name: text(values.name),
    region: text(values.region),
    topics: readList(values.topic),
    trackerIds: readList(values.tracker),
  };
}
