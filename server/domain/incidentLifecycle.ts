import {
  type Command,
  commands,
  type Decision,
  type Force,
  forces,
  type Incident,
  type Level,
  levels,
} from './incident.ts';

/** What decisions change of an incident. */
export type Stand = Pick<Incident, 'level' | 'force' | 'command'>;

/** A decision without what belongs to one case of it. */
export type DecisionStep = `set_${Level}` | Exclude<Decision['kind'], 'set_level'>;

export const decisionSteps = [
  'set_hijau',
  'set_kuning',
  'set_merah',
  'lapis_ganti',
  'lintas_ganti',
  'alih_kendali',
] as const satisfies readonly DecisionStep[];

/**
 * Whether a decision can be made:
 * - `already`: it is so.
 * - `not_now`: at this level it makes no sense.
 * - `may`: by this command or a higher one. With `isOfCommander` only by who commands now, or higher;
 *   without it by anybody of that rank, so that a warning from the ground never waits for who commands.
 *   Below `approval` it takes the named approval of that command.
 */
export type DecisionCell =
  | { readonly is: 'already' }
  | { readonly is: 'not_now'; readonly why: string }
  | {
      readonly is: 'may';
      readonly authority: Command;
      readonly isOfCommander: boolean;
      readonly approval?: Command;
    };

const already: DecisionCell = { is: 'already' };
const raiseToKuning: DecisionCell = { is: 'may', authority: 'kapolsek', isOfCommander: false };
const raiseToMerah: DecisionCell = { is: 'may', authority: 'kapolres', isOfCommander: false };
const lower: DecisionCell = { is: 'may', authority: 'kapolres', isOfCommander: true };
const lapisGanti: DecisionCell = { is: 'may', authority: 'kapolres', isOfCommander: true };
const lintasGanti: DecisionCell = {
  ...{ is: 'may', authority: 'kapolres', isOfCommander: true },
  // Brimob is the Kapolda's to send
  approval: 'kapolda',
};
const alihKendali: DecisionCell = { is: 'may', authority: 'kapolsek', isOfCommander: true };
const orderlyCrowd: DecisionCell = {
  is: 'not_now',
  why: 'at hijau Dalmas awal stands before an orderly crowd: raise the level first',
};
const noRiot: DecisionCell = {
  is: 'not_now',
  why: 'PHH Brimob is for merah: raise the level first',
};

/** Who may decide what at which level; the same table is in docs/incidents.md. */
export const decisionTable: Readonly<Record<Level, Readonly<Record<DecisionStep, DecisionCell>>>> =
  {
    hijau: {
      ...{ set_hijau: already, set_kuning: raiseToKuning, set_merah: raiseToMerah },
      ...{ lapis_ganti: orderlyCrowd, lintas_ganti: orderlyCrowd, alih_kendali: alihKendali },
    },
    kuning: {
      ...{ set_hijau: lower, set_kuning: already, set_merah: raiseToMerah },
      ...{ lapis_ganti: lapisGanti, lintas_ganti: noRiot, alih_kendali: alihKendali },
    },
    merah: {
      ...{ set_hijau: lower, set_kuning: lower, set_merah: already },
      ...{ lapis_ganti: lapisGanti, lintas_ganti: lintasGanti, alih_kendali: alihKendali },
    },
  };

/** The strongest force of each level: lowering the level takes what goes beyond it back. */
export const strongestForces: Readonly<Record<Level, Force>> = {
  hijau: 'dalmas_awal',
  kuning: 'dalmas_lanjut',
  merah: 'phh_brimob',
};

/** What a change of force makes of each force: the next one, the same where it is so already, or why not. */
const changesOfForce: Readonly<
  Record<'lapis_ganti' | 'lintas_ganti', Readonly<Record<Force, Force | { readonly why: string }>>>
> = {
  lapis_ganti: {
    dalmas_awal: 'dalmas_lanjut',
    dalmas_lanjut: 'dalmas_lanjut',
    phh_brimob: { why: 'PHH Brimob stands there already: lower the level to take it back' },
  },
  lintas_ganti: {
    dalmas_awal: { why: 'lintas ganti follows lapis ganti: order that first' },
    dalmas_lanjut: 'phh_brimob',
    phh_brimob: 'phh_brimob',
  },
};

export type Decided =
  /** `isChange` is false where it was so already. */
  | { readonly ok: true; readonly stand: Stand; readonly isChange: boolean }
  | { readonly ok: false; readonly reason: 'not_now' | 'no_authority'; readonly detail: string };

/** The cell of the table that a decision falls under. */
export function stepOf(decision: Decision): DecisionStep {
  return decision.kind === 'set_level' ? `set_${decision.level}` : decision.kind;
}

/**
 * What a decision by a commander makes of an incident.
 *
 * @param command as whom it is decided
 */
export function decide(stand: Stand, decision: Decision, command: Command): Decided {
  const cell = decisionTable[stand.level][stepOf(decision)];
  if (cell.is === 'already') return { ok: true, stand, isChange: false };
  if (cell.is === 'not_now') return { ok: false, reason: 'not_now', detail: cell.why };
  const after = standAfter(stand, decision);
  if ('why' in after) return { ok: false, reason: 'not_now', detail: after.why };
  if (after.force === stand.force && after.level === stand.level) {
    if (after.command === stand.command) return { ok: true, stand, isChange: false };
  }
  const least = cell.isOfCommander ? higherOf(cell.authority, stand.command) : cell.authority;
  if (isBelow(command, least)) {
    const detail = `${namesOf[stepOf(decision)]} takes a ${titles[least]} here, and this is decided as ${titles[command]}: ask for it, or have command passed on (alih kendali)`;
    return { ok: false, reason: 'no_authority', detail };
  }
  const isApproved = decision.kind === 'lintas_ganti' && decision.approvedBy !== undefined;
  if (cell.approval !== undefined && isBelow(command, cell.approval) && !isApproved) {
    const approver = titles[cell.approval];
    const detail = `${namesOf[stepOf(decision)]} as ${titles[command]} takes the approval of the ${approver}: say in approvedBy who gave it and how`;
    return { ok: false, reason: 'no_authority', detail };
  }
  return { ok: true, stand: after, isChange: true };
}

/** True for a command below another. */
export function isBelow(command: Command, other: Command): boolean {
  return commands.indexOf(command) < commands.indexOf(other);
}

function higherOf(one: Command, other: Command): Command {
  return isBelow(one, other) ? other : one;
}

function standAfter(stand: Stand, decision: Decision): Stand | { readonly why: string } {
  switch (decision.kind) {
    case 'set_level': {
      const strongest = strongestForces[decision.level];
      const isLower = levels.indexOf(decision.level) < levels.indexOf(stand.level);
      const isTooStrong = forces.indexOf(stand.force) > forces.indexOf(strongest);
      const force = isLower && isTooStrong ? strongest : stand.force;
      return { ...stand, level: decision.level, force };
    }
    case 'lapis_ganti':
    case 'lintas_ganti': {
      const force = changesOfForce[decision.kind][stand.force];
      return typeof force === 'string' ? { ...stand, force } : force;
    }
    case 'alih_kendali':
      return { ...stand, command: decision.to };
  }
}

const titles: Readonly<Record<Command, string>> = {
  kapolsek: 'Kapolsek',
  kapolres: 'Kapolres',
  kapolda: 'Kapolda',
};

const namesOf: Readonly<Record<DecisionStep, string>> = {
  set_hijau: 'the level hijau',
  set_kuning: 'the level kuning',
  set_merah: 'the level merah',
  lapis_ganti: 'lapis ganti',
  lintas_ganti: 'lintas ganti',
  alih_kendali: 'alih kendali',
};
