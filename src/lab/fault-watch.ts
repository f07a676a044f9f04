import type { FaultView, HitView } from '../cluster/snapshot.ts';
import { faultKinds } from '../faults/faults.ts';
import type { CommandLine } from './lab.ts';

/** A fault that a lab injected. */
export interface Injected {
  readonly id: string;
  readonly text: string;
  readonly line: number;
}

/**
 * Which faults of a lab have bitten (P13): a fault that held back nothing with data in it, or did nothing to its
 * node, proves nothing, however well everything else went.
 */
export class FaultWatch {
  readonly #injected = new Map<string, Injected>();
  readonly #bitten = new Set<string>();

  /** Before this command, those in force must be looked at: afterwards some may not be there any more. */
  mustLookBefore({ words }: CommandLine): boolean {
    if (this.missed().length === 0) return false;
    const names = [
      'heal',
      'reset',
      'down',
      'restart',
      'kill',
      'stop',
      'expect-exit',
      ...Object.keys(faultKinds),
    ];
    return names.includes(words[0] ?? '');
  }

  /** A command's document: it may have injected a fault, or ended some. */
  note({ line }: CommandLine, document: object | null): void {
    const { id, text, changed, healed } = (document ?? {}) as Partial<
      Injected & { changed: boolean; healed: readonly Pick<FaultView, 'id' | 'hit'>[] }
    >;
    if (typeof id === 'string' && /^f\d+$/.test(id) && typeof text === 'string' && changed === true) {
      this.#injected.set(id, { id, text, line });
    }
    for (const one of healed ?? []) this.see(one);
  }

  see({ id, hit }: Pick<FaultView, 'id' | 'hit'>): void {
    if (hasBitten(hit)) this.#bitten.add(id);
  }

  /** Ended by themselves; `unhit`: those that had done nothing. */
  expired(ids: readonly string[], unhit: readonly string[]): void {
    for (const id of ids) if (!unhit.includes(id)) this.#bitten.add(id);
  }

  missed(): readonly Injected[] {
    return [...this.#injected.values()].filter(({ id }) => !this.#bitten.has(id));
  }
}

function hasBitten(hit: HitView): boolean {
  const onLinks = Object.keys(hit.byClass).length > 0 || hit.bytes > 0 || hit.connections > 0;
  return onLinks ? hit.payload > 0 : Object.values(hit.counts).some((count) => count > 0);
}
