import { isInScope, type Scope } from '../domain/access.ts';
import { type Alarm, isUnacknowledged } from '../domain/alarm.ts';
import { type AlarmLoadDetails, alarmDetails } from '../domain/alarmDetails.ts';
import type { Incident } from '../domain/incident.ts';
import { incidentDetails } from '../domain/incidentDetails.ts';
import type { AlarmsMessage, IncidentsMessage } from '../domain/liveMessage.ts';
import { priorities } from '../domain/rule.ts';

/** What screens are shown of alarms and incidents, as it is now. */
export type AlarmView = {
  /** Those that are not closed, in the order in which they were raised. */
  openAlarms(): Iterable<Alarm>;
  openIncidents(): Iterable<Incident>;
  /** The load of a control room that sees these regions. */
  loadOf(scope: Scope): AlarmLoadDetails;
};

/** Most alarms that a screen is sent: nobody reads more, and each is a kilobyte. */
export const maxShown = 500;
/** Where more are open than that, all that a screen can have comes at most this often: it is half a megabyte. */
const wholeEveryMs = 1_000;

/** What one permission scope sees of alarms and incidents, and what of them changed since it was told last. */
export class AlarmFeed {
  readonly #view: AlarmView;
  readonly #scope: Scope;
  /** By id. */
  readonly #alarms = new Map<string, Alarm>();
  readonly #incidents = new Map<string, Incident>();
  /** Ids of those that the screens have. */
  #shown = new Set<string>();
  #omitted = 0;
  #load = '';
  #wholeAtMs = Number.NEGATIVE_INFINITY;
  /** The screens were told what changed, and not yet which of all are left. */
  #owesWhole = false;

  constructor(view: AlarmView, scope: Scope) {
    this.#view = view;
    this.#scope = scope;
  }

  /** An alarm was raised or changed; not told where it is not of this scope. */
  alarmChanged(alarm: Alarm): void {
    if (isInScope(this.#scope, alarm.regions)) this.#alarms.set(alarm.id, alarm);
  }

  incidentChanged(incident: Incident): void {
    if (isInScope(this.#scope, [incident.region])) this.#incidents.set(incident.id, incident);
  }

  /** True while there is something that the screens were not told. */
  get isDue(): boolean {
    return this.#alarms.size > 0 || this.#incidents.size > 0 || this.#owesWhole;
  }

  /** True when the load is another than they were told: it falls by time alone. */
  get isLoadNews(): boolean {
    return JSON.stringify(this.#view.loadOf(this.#scope)) !== this.#load;
  }

  /**
   * What changed since the last time, as texts to be sent in this order.
   *
   * @param nowMs of a clock that only goes forward
   */
  takeChanges(nowMs: number): readonly string[] {
    const texts: string[] = [];
    if (this.#incidents.size > 0) {
      texts.push(incidentsText(false, [...this.#incidents.values()]));
      this.#incidents.clear();
    }
    // with more than fit nobody can say from the changes alone which of them are left
    const isMore = this.#omitted > 0 || this.#shown.size + this.#alarms.size > maxShown;
    this.#owesWhole ||= isMore && this.#alarms.size > 0;
    if (this.#owesWhole && nowMs - this.#wholeAtMs >= wholeEveryMs) {
      this.#wholeAtMs = nowMs;
      texts.push(this.#completeAlarms());
    } else if (this.#alarms.size > 0 || this.isLoadNews) {
      texts.push(this.#changedAlarms());
    }
    return texts;
  }

  /** All of it, as texts. Clears nothing: other screens still lack what changed. */
  complete(): readonly string[] {
    const incidents = [...this.#view.openIncidents()].filter(({ region }) =>
      isInScope(this.#scope, [region]),
    );
    const [alarms, omitted] = this.#select();
    this.#omitted = omitted;
    for (const { id } of alarms) this.#shown.add(id);
    return [incidentsText(true, incidents), this.#alarmsText(true, alarms, omitted)];
  }

  #changedAlarms(): string {
    const changed = mostImportant(this.#alarms.values()).alarms;
    this.#alarms.clear();
    for (const { id, state } of changed) {
      if (state === 'closed') this.#shown.delete(id);
      else this.#shown.add(id);
    }
    return this.#alarmsText(false, changed, this.#omitted);
  }

  #completeAlarms(): string {
    this.#alarms.clear();
    this.#owesWhole = false;
    const [alarms, omitted] = this.#select();
    this.#shown = new Set(alarms.map(({ id }) => id));
    this.#omitted = omitted;
    return this.#alarmsText(true, alarms, omitted);
  }

  /** The most important ones of this scope, and how many are left out. */
  #select(): readonly [alarms: readonly Alarm[], omitted: number] {
    const { alarms, count } = mostImportant(
      [...this.#view.openAlarms()].filter(({ regions }) => isInScope(this.#scope, regions)),
    );
    return [alarms, count - alarms.length];
  }

  #alarmsText(complete: boolean, alarms: readonly Alarm[], omitted: number): string {
    const load = this.#view.loadOf(this.#scope);
    this.#load = JSON.stringify(load);
    const message: AlarmsMessage = {
      ...{ type: 'alarms', complete, omitted, load },
      alarms: alarms.map(alarmDetails),
    };
    return JSON.stringify(message);
  }
}

/**
 * The most important of them, the newest first, as many as a screen is sent; and how many there are.
 *
 * @param all in the order in which they were raised
 */
function mostImportant(all: Iterable<Alarm>): {
  readonly alarms: readonly Alarm[];
  readonly count: number;
} {
  const ranks: Alarm[][] = Array.from({ length: 2 * priorities.length }, () => []);
  let count = 0;
  for (const alarm of all) {
    count += 1;
    ranks[rankOf(alarm)]?.push(alarm);
  }
  const alarms = ranks.reverse().flatMap((rank) => rank.slice(-maxShown).reverse());
  return { alarms: alarms.slice(0, maxShown), count };
}

/** Unacknowledged before others, then by priority; the larger the more important. */
function rankOf({ state, priority }: Alarm): number {
  return priorities.indexOf(priority) + (isUnacknowledged(state) ? priorities.length : 0);
}

function incidentsText(complete: boolean, incidents: readonly Incident[]): string {
  const message: IncidentsMessage = {
    ...{ type: 'incidents', complete },
    incidents: incidents.map(incidentDetails),
  };
  return JSON.stringify(message);
}
