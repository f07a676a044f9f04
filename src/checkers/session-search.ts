import type { Value } from '../history/value.ts';
import type { ChainNode, Chains } from './chains.ts';
import type { OutOfTime } from './checker.ts';
import type { Model, State } from './models.ts';
import type { Answer } from './search.ts';

const memoryMax = 1_000_000;

/**
 * Is there one order of all operations, on all keys at once, that has the order of each session and that the
 * model allows? As `searchOrder`, with sessions in the place of real time; reads are taken as soon as they fit.
 */
export function searchSessions(chains: Chains, model: Model, initial: Value, outOfTime: OutOfTime): Answer {
  return new Search(chains, model, model.initial(initial)).run(outOfTime);
}

interface Frame {
  readonly node: ChainNode;
  /** What its key held before. */
  readonly state: State;
  /** A read that was taken at once: nothing else is tried in its place. */
  readonly forced: boolean;
  /** Where among the chains the next choice is to be looked for. */
  readonly choice: number;
}

class Search {
  readonly #chains: Chains['chains'];
  readonly #nodes: Chains['nodes'];
  readonly #model: Model;
  /** How many of each chain are taken. */
  readonly #taken: Int32Array;
  /** Every key, in one order: part of what a configuration is. */
  readonly #states: Map<string, State>;
  readonly #stack: Frame[] = [];
  readonly #seen = new Set<string>();
  #open: number;

  constructor({ chains, nodes }: Chains, model: Model, initial: State) {
    this.#chains = chains;
    this.#nodes = nodes;
    this.#model = model;
    this.#taken = new Int32Array(chains.length);
    this.#states = new Map(nodes.map(({ step }) => [step.key, initial]));
    this.#open = nodes.filter(({ operation }) => operation.outcome === 'ok').length;
  }

  run(outOfTime: OutOfTime): Answer {
    this.#takeReads();
    let choice: number | null = 0;
    while (this.#open > 0) {
      if (outOfTime()) return 'out of time';
      if (this.#seen.size > memoryMax) return 'out of memory';
      if (this.#tryFrom(choice) && this.#isNew()) {
        choice = 0;
        continue;
      }
      choice = this.#backtrack();
      if (choice === null) return 'no';
    }
    return 'yes';
  }

  /** Continues with one of the chains, of those in order of their next beginnings from `choice` on. */
  #tryFrom(choice: number): boolean {
    const heads = this.#chains
      .flatMap((_, chain) => this.#head(chain) ?? [])
      .toSorted((a, b) => a.operation.start - b.operation.start);
    for (let i = choice; i < heads.length; i += 1) {
      const node = heads[i]!;
      const state = node.step.kind === 'read' ? null : this.#after(node);
      if (state === null) continue;
      this.#take(node, state, false, i + 1);
      this.#takeReads();
      return true;
    }
    return false;
  }

  #takeReads(): void {
    for (let some = true; some;) {
      some = false;
      for (let chain = 0; chain < this.#chains.length; chain += 1) {
        for (let node = this.#head(chain); node?.step.kind === 'read'; node = this.#head(chain)) {
          const state = this.#after(node);
          if (state === null) break;
          this.#take(node, state, true, 0);
          some = true;
        }
      }
    }
  }

  #head(chain: number): ChainNode | undefined {
    return this.#chains[chain]![this.#taken[chain]!];
  }

  /** What its key holds after it; null: it cannot be next. */
  #after({ after, step }: ChainNode): State | null {
    const waits = after.some((one) => {
      const { chain, index } = this.#nodes[one]!;
      return this.#taken[chain]! <= index;
    });
    return waits ? null : this.#model.step(this.#states.get(step.key)!, step);
  }

  #take(node: ChainNode, state: State, forced: boolean, choice: number): void {
    const { step, chain, operation } = node;
    this.#stack.push({ node, state: this.#states.get(step.key)!, forced, choice });
    this.#states.set(step.key, state);
    this.#taken[chain]! += 1;
    if (operation.outcome === 'ok') this.#open -= 1;
  }

  /** Undoes up to the last choice, and answers what to try next; null: there is none left. */
  #backtrack(): number | null {
    for (let frame = this.#stack.pop(); frame !== undefined; frame = this.#stack.pop()) {
      const { step, chain, operation } = frame.node;
      this.#states.set(step.key, frame.state);
      this.#taken[chain]! -= 1;
      if (operation.outcome === 'ok') this.#open += 1;
      if (!frame.forced) return frame.choice;
    }
    return null;
  }

  #isNew(): boolean {
    const known = this.#seen.size;
    this.#seen.add(`${this.#taken.join(',')}|${[...this.#states.values()].join('|')}`);
    return this.#seen.size > known;
  }
}
