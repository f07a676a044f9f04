import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { byKey, type Subject, type Taken } from './subject.ts';
import { entry } from './sweep.ts';
import { withoutUnseen } from './unseen.ts';

/** An operation in the order of its session. */
export interface ChainNode extends Taken {
  readonly node: number;
  readonly chain: number;
  readonly index: number;
  /** Others that come before it, beside the one before it in its chain. */
  readonly after: readonly number[];
}

/**
 * Sessions as chains of operations, one after the other. An unknown operation that somebody saw ends its chain:
 * it may have happened at any time after what came before it, so what its process does next begins another.
 * So does each process of a session that several work in.
 */
export interface Chains {
  readonly nodes: readonly ChainNode[];
  readonly chains: readonly (readonly ChainNode[])[];
}

/** Operations have one step each: see `Checker.transactions`. */
export function chainsOf(subject: Subject): Chains {
  const seen = new Set(
    [...byKey(subject).values()].flatMap((taken) =>
      withoutUnseen(taken, subject.kind, ({ operation }) => operation.outcome !== 'ok').map(
        ({ operation }) => operation,
      ),
    ),
  );
  const nodes: ChainNode[] = [];
  const chains: ChainNode[][] = [];
  /** By process: the chain it works on, and what its next operation comes after when that is a new one. */
  const open = new Map<number, { chain: number | null; after: number | null }>();
  const sessions = new Map<string, Map<number, ChainNode[]>>();
  for (const operation of subject.operations) {
    const [step] = subject.steps[operation.id]!;
    if (step === undefined || !seen.has(operation)) continue;
    const at = entry(open, operation.process, () => ({ chain: null, after: null }));
    const processes = entry(sessions, operation.session, () => new Map<number, ChainNode[]>());
    const after = [
      ...(at.chain === null && at.after !== null ? [at.after] : []),
      ...otherDevices(processes, operation),
    ];
    if (at.chain === null) at.chain = chains.push([]) - 1;
    const chain = chains[at.chain]!;
    const node = { operation, step, node: nodes.length, chain: at.chain, index: chain.length, after };
    nodes.push(node);
    chain.push(node);
    entry(processes, operation.process, () => []).push(node);
    if (operation.outcome === 'info') {
      at.after = chain.at(-2)?.node ?? at.after;
      at.chain = null;
    }
  }
  return { nodes, chains };
}

/** What other processes of the session had done before, the last of each. */
function otherDevices(
  processes: ReadonlyMap<number, readonly ChainNode[]>,
  operation: Operation,
): readonly number[] {
  return [...processes].flatMap(([process, done]) => {
    if (process === operation.process) return [];
    const last = done.findLast((one) => one.operation.end < operation.start);
    return last === undefined ? [] : [last.node];
  });
}

/** By key and value: who wrote it; null: a value came twice, or is the initial one. Reads then do not say whose. */
export function uniqueWriters(
  { nodes }: Chains,
  initial: Subject['initial'],
): ReadonlyMap<string, ReadonlyMap<string, ChainNode>> | null {
  const first = textOf(initial);
  const writers = new Map<string, Map<string, ChainNode>>();
  for (const node of nodes) {
    const { step } = node;
    if (step.kind === 'read') continue;
    const text = textOf(step.value);
    const known = entry(writers, step.key, () => new Map<string, ChainNode>());
    if (text === first || known.has(text)) return null;
    known.set(text, node);
  }
  return writers;
}
