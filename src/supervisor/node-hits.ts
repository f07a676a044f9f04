import type { HitView } from '../cluster/snapshot.ts';
import type { ProcessIdentity } from '../control/process-identity.ts';
import type { ConditionHits } from '../faults/machine.ts';

const noProcess = 'supervisor';

type Counts = Readonly<Record<string, number>>;

/**
 * What node faults have hit, by fault, over all processes a node had meanwhile. Each counts by itself and says
 * so in its reports; what one counted after its last report ends with it.
 */
export class NodeHits {
  /** By fault, then by process: what it said last. */
  readonly #said = new Map<string, Map<string, Counts>>();

  note(process: ProcessIdentity, hits: ConditionHits): void {
    for (const [fault, counts] of Object.entries(hits)) {
      const said = this.#said.get(fault) ?? new Map<string, Counts>();
      this.#said.set(fault, said.set(`${process.pid} ${process.startTime}`, counts));
    }
  }

  /** What was not for a process to count. */
  count(fault: string, hits: Counts): void {
    const said = this.#said.get(fault) ?? new Map<string, Counts>();
    const before = said.get(noProcess) ?? {};
    const sums = Object.entries(hits).map(([what, count]) => [what, (before[what] ?? 0) + count] as const);
    this.#said.set(fault, said.set(noProcess, { ...before, ...Object.fromEntries(sums) }));
  }

  /** All of `names`, at least: what was not hit is 0, and not unknown. */
  of(fault: string, names: readonly string[]): HitView {
    const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    for (const one of this.#said.get(fault)?.values() ?? []) {
      for (const [what, count] of Object.entries(one)) counts[what] = (counts[what] ?? 0) + count;
    }
    return { byClass: {}, payload: 0, bytes: 0, connections: 0, counts };
  }

  forget(fault: string): void {
    this.#said.delete(fault);
  }
}
