import type { Grant } from '../../../server/domain/access.ts';
import { commandIn } from '../../../server/domain/commandIn.ts';
import { type Command, commands, type Decision, levels } from '../../../server/domain/incident.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { decide, type Stand } from '../../../server/domain/incidentLifecycle.ts';

/** A decision that the state of an incident allows, and what it takes of whoever makes it. */
export type DecisionChoice = {
  readonly decision: Decision;
  /** It is so already. */
  readonly isSo: boolean;
  /** The least command that may; undefined where it is so already. */
  readonly least: Command | undefined;
  /** The person may. */
  readonly isOwn: boolean;
  /** It must be said who higher up approved it. */
  readonly needsApproval: boolean;
};

const decisions: readonly Decision[] = [
  ...levels.map((level): Decision => ({ kind: 'set_level', level })),
  { kind: 'lapis_ganti' },
  { kind: 'lintas_ganti' },
  ...commands.map((to): Decision => ({ kind: 'alih_kendali', to })),
];

/** Stands in for what the person will type, to find out whether anything must be. */
const someApproval = 'x';

/** What can be decided of an incident now, in the order of the buttons; what makes no sense is left out. */
export function decisionChoices(
  incident: Pick<IncidentDetails, 'level' | 'force' | 'command' | 'region'>,
  grants: readonly Grant[],
): readonly DecisionChoice[] {
  const { level, force, command, region } = incident;
  const own = commandIn(grants, region);
  return decisions.flatMap((decision) => choiceOf({ level, force, command }, decision, own) ?? []);
}

function choiceOf(
  stand: Stand,
  decision: Decision,
  own: Command | undefined,
): DecisionChoice | undefined {
  const approved: Decision =
    decision.kind === 'lintas_ganti' ? { ...decision, approvedBy: someApproval } : decision;
  const byHighest = decide(stand, approved, 'kapolda');
  if (!byHighest.ok) return undefined;
  if (!byHighest.isChange) {
    // a level is shown as the one that it is at; other orders that were given are told by the facts
    return decision.kind === 'set_level'
      ? { decision, isSo: true, least: undefined, isOwn: false, needsApproval: false }
      : undefined;
  }
  const least = commands.find((command) => decide(stand, approved, command).ok);
  const isOwn = own !== undefined && decide(stand, approved, own).ok;
  const needsApproval = isOwn && !decide(stand, decision, own).ok;
  return { decision, isSo: false, least, isOwn, needsApproval };
}
