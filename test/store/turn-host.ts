import { formatPosition } from '../../src/protocol/position.ts';
import type { Effect, Input, Replica, ReplicaStatus } from '../../src/protocol/protocol.ts';
import type { Outcome, RequestId } from '../../src/protocol/request.ts';
import { isWrite } from '../../src/protocol/request.ts';
import type { HostStore } from '../../src/protocol/store.ts';
import { TurnHost } from '../../src/protocol/turn.ts';
import { epoch1 } from './kit.ts';

/** The least that replies to writes once they are committed: a leader of nobody. */
function createWriter(store: HostStore): Replica {
  const open = new Map<number, RequestId>();
  return {
    step(input: Input): readonly Effect[] {
      if (input.type === 'request' && isWrite(input.request.op)) {
        const executed = store.state.execute(input.request.op);
        if (!executed.ok)
          return [{ type: 'reply', id: input.id, outcome: { type: 'refused', code: executed.code } }];
        if (executed.body !== null) open.set(store.log.append(epoch1, executed.body).at.index, input.id);
      }
      if (input.type !== 'appended') return [];
      return input.entries.map(({ at }): Effect => {
        const outcome: Outcome = { type: 'ok', at, copies: 1, result: { kind: 'written' } };
        return { type: 'reply', id: open.get(at.index)!, outcome };
      });
    },
    status(): ReplicaStatus {
      throw new Error('nobody asks');
    },
  };
}

export interface Writer {
  readonly host: TurnHost;
  /** One turn that puts each pair; what became of each, in order: `ok 1@n1/3`, `refused turn-failed`, … */
  put(...pairs: readonly (readonly [string, string])[]): readonly string[];
}

/** A turn host over `store`, started. */
export function hostOf(store: HostStore): Writer {
  const clock = { now: 0, wall: 0 };
  const host = new TurnHost({ store, create: () => createWriter(store) });
  host.start(clock);
  let id = 0;
  return {
    host,
    put(...pairs) {
      const inputs = pairs.map(([key, value]): Input => {
        id += 1;
        return { type: 'request', id, request: { op: { kind: 'put', key, value } }, now: 0, wall: 0 };
      });
      const replies = host.turn(inputs, clock).filter((effect) => effect.type === 'reply');
      return replies.toSorted((a, b) => a.id - b.id).map(({ outcome }) => describe(outcome));
    },
  };
}

function describe(outcome: Outcome): string {
  if (outcome.type === 'ok') return `ok ${formatPosition(outcome.at)}`;
  return `${outcome.type} ${outcome.code}`;
}
