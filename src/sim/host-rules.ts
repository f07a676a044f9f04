import type { NodeId } from '../protocol/node-id.ts';
import type { TraceName } from '../protocol/protocol.ts';
import { must } from './must.ts';
import type { Turn } from './turn.ts';

/** After these a replica owes no word of it any more: it goes on with its rule, or anew. */
const degradedEnds: readonly TraceName[] = [
  'sync-restored',
  'config',
  'stepped-down',
  'promoted',
  'recovered',
];

/** What a turn as such must be, and what must be said aloud. */
export class HostRules {
  readonly #degraded = new Set<NodeId>();

  /** Its process is gone. */
  forget(node: NodeId): void {
    this.#degraded.delete(node);
  }

  check(turn: Turn): void {
    this.#failsOnlyByFaults(turn);
    this.#timersLast(turn);
    this.#saysWhenDegraded(turn);
  }

  /** TurnHost recovers from anything thrown; here only what was injected may throw. */
  #failsOnlyByFaults({ node, effects }: Turn): void {
    for (const effect of effects) {
      if (effect.type !== 'trace' || effect.event.name !== 'recovered') continue;
      const { reason } = effect.event.fields;
      must(isInjected(reason), 'P1: a turn fails only when a fault makes it fail', () => ({
        node: node.id,
        reason,
      }));
    }
    const { failure } = node;
    must(
      failure === null || isInjected(failure),
      'P1: recovery fails only when a fault makes it fail',
      () => ({
        node: node.id,
        failure,
      }),
    );
  }

  #timersLast({ node, inputs, leftOfPause }: Turn): void {
    const timer = inputs.findIndex(({ type }) => type === 'timer');
    if (timer < 0) return;
    const last = inputs.slice(timer).every(({ type }) => type === 'timer');
    must(last, 'T9: timers are stepped after what arrived', () => ({ node: node.id }));
    must(leftOfPause === 0, 'B0.4: after a long pause all that arrived is stepped before any timer', () => ({
      node: node.id,
      left: leftOfPause,
    }));
  }

  /** F6: never silently. What a status says is what the event log was told. */
  #saysWhenDegraded({ node, effects, after }: Turn): void {
    for (const effect of effects) {
      if (effect.type !== 'trace') continue;
      if (effect.event.name === 'sync-degraded') this.#degraded.add(node.id);
      else if (degradedEnds.includes(effect.event.name)) this.#degraded.delete(node.id);
    }
    const said = this.#degraded.has(node.id);
    must(
      after === null || after.degraded === said,
      'F6: a leader that goes on without its followers says so',
      () => ({
        node: node.id,
        degraded: after?.degraded,
        said,
      }),
    );
  }
}

function isInjected(reason: unknown): boolean {
  return String(reason).includes('(injected');
}
