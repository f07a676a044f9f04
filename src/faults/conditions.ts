/**
 * What a node has to live with, as plain data: all node faults in force, made one. The supervisor tells
 * each node its own at boot and at each change; the node, or the simulator's, carries them out.
 */
export interface Conditions {
  readonly calendar: CalendarSkew;
  /** How fast the clock runs that timers and leases go by. */
  readonly monotonicRate: number;
  /** Client requests a second that it serves; null: as many as it can. */
  readonly limitPerS: number | null;
  /** What each commit that wrote something takes longer. */
  readonly diskSlowMs: number;
  /** Nothing more can be written. */
  readonly diskFull: boolean;
  /** What was not fsynced when the process is killed is lost. */
  readonly diskForgets: boolean;
}

/** A calendar that is wrong: at time t of the machine's it shows t + offsetMs + drift × (t − since). */
export interface CalendarSkew {
  readonly offsetMs: number;
  readonly drift: number;
  readonly since: number;
}

export type Aspect = keyof Conditions;

/** Conditions, and for each aspect the ids of the faults that make it: what is hit is counted for them. */
export interface NodeConditions extends Conditions {
  readonly by: { readonly [A in Aspect]: readonly string[] };
}

/** One row an aspect: how it is when nothing is wrong, and what two faults together make of it. */
const aspects: { readonly [A in Aspect]: AspectRow<Conditions[A]> } = {
  calendar: { sound: { offsetMs: 0, drift: 0, since: 0 }, merge: addSkew },
  monotonicRate: { sound: 1, merge: (a, b) => a * b },
  limitPerS: { sound: null, merge: (a, b) => (a === null || b === null ? (a ?? b) : Math.min(a, b)) },
  diskSlowMs: { sound: 0, merge: (a, b) => a + b },
  diskFull: { sound: false, merge: (a, b) => a || b },
  diskForgets: { sound: false, merge: (a, b) => a || b },
};

/** Whether a node can tell no difference, and counts for the same faults. */
export function sameConditions(a: NodeConditions, b: NodeConditions): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface AspectRow<T> {
  readonly sound: T;
  /** Associative and commutative; `sound` changes nothing. */
  merge(a: T, b: T): T;
}

const aspectNames = Object.keys(aspects) as readonly Aspect[];

/** Nothing is wrong. */
export const sound: NodeConditions = merged([]);

/** What several faults together make of a node. */
export function merged(
  parts: readonly { readonly id: string; readonly conditions: Partial<Conditions> }[],
): NodeConditions {
  const entries = aspectNames.map((name) => {
    const row = aspects[name] as AspectRow<unknown>;
    const of = parts.flatMap(({ conditions }) => (name in conditions ? [conditions[name] as unknown] : []));
    return [name, of.reduce((a, b) => row.merge(a, b), row.sound)] as const;
  });
  const by = aspectNames.map(
    (name) => [name, parts.filter(({ conditions }) => name in conditions).map(({ id }) => id)] as const,
  );
  return { ...Object.fromEntries(entries), by: Object.fromEntries(by) } as unknown as NodeConditions;
}

/** Two straight lines over the machine's calendar, told from the later beginning of both. */
function addSkew(a: CalendarSkew, b: CalendarSkew): CalendarSkew {
  const since = Math.max(a.since, b.since);
  const offsetAt = (skew: CalendarSkew): number => skew.offsetMs + skew.drift * (since - skew.since);
  return {
    offsetMs: offsetAt(a) + offsetAt(b),
    drift: a.drift + b.drift,
    since,
  };
}
