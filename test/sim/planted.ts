import { diskOf } from '../../src/protocol/node-id.ts';
import { compareBallots, formatPosition, type Ballot } from '../../src/protocol/position.ts';
import type { Effect, Input, Message, Replica } from '../../src/protocol/protocol.ts';
import type { Op } from '../../src/protocol/request.ts';
import type { HostStore, Store } from '../../src/protocol/store.ts';
import { createMemoryStore, type MemoryStore } from '../../src/sim/memory-store.ts';
import type { WorldParts } from '../../src/sim/world.ts';

/** A bug of the kind that gets written, and the rules of which at least one must catch it. */
export interface Planted {
  readonly bug: string;
  readonly parts: Partial<WorldParts>;
  readonly caughtBy: RegExp;
}

type Wrap = NonNullable<WorldParts['replica']>;

function effectsOf(change: (effect: Effect) => readonly Effect[]): Wrap {
  return (made) => ({ ...passing(made), step: (input) => made.step(input).flatMap(change) });
}

function inputsOf(change: (input: Input) => Input): Wrap {
  return (made) => ({ ...passing(made), step: (input) => made.step(change(input)) });
}

function passing(made: Replica): Replica {
  return { step: (input) => made.step(input), status: () => made.status() };
}

/** The disk forgets the last entry it had committed when its process dies. */
function losesLastEntry(disk: number): MemoryStore {
  const store = createMemoryStore(disk);
  return {
    ...store,
    reopen() {
      store.reopen();
      const last = store.log.last();
      const [entry] = last.index === 0 ? [] : store.log.read(positionBefore(store), Number.MAX_SAFE_INTEGER);
      if (entry === undefined) return;
      store.begin();
      if (store.state.applied().index === last.index) store.state.undo(entry);
      store.log.cutAfter(positionBefore(store));
      store.commit();
    },
  };
}

function positionBefore({ log }: Store) {
  const last = log.last();
  const epoch = log.epochs().findLast(({ firstIndex }) => firstIndex < last.index)?.epoch;
  return epoch === undefined ? log.base() : { epoch, index: last.index - 1 };
}

/** A commit that fails is taken for one that did not: the turn's effects go out. */
function ignoresFailedCommit(disk: number): MemoryStore {
  const store = createMemoryStore(disk);
  const commit: HostStore['commit'] = () => {
    try {
      return store.commit();
    } catch {
      store.recover();
      return [];
    }
  };
  return { ...store, commit };
}

/** Promises are kept in memory, and gone with the process. */
function forgetsPromises(disk: number): MemoryStore {
  const store = createMemoryStore(disk);
  let promised: Ballot | null = null;
  const get = () => {
    const facts = store.local.get();
    const higher = promised !== null && compareBallots(promised, facts.promised) > 0;
    return higher ? { ...facts, promised: promised! } : facts;
  };
  return {
    ...store,
    local: { ...store.local, get, promise: (ballot) => void (promised = ballot) },
    crash() {
      promised = null;
      store.crash();
    },
  };
}

function storeWith(change: (store: MemoryStore) => Partial<MemoryStore>): (disk: number) => MemoryStore {
  return (disk) => {
    const store = createMemoryStore(disk);
    return { ...store, ...change(store) };
  };
}

function epochIn(message: Message): Ballot {
  return (message as unknown as { readonly epoch: Ballot }).epoch;
}

export const planted: readonly Planted[] = [
  {
    bug: 'a disk loses its last committed entry when the process dies',
    parts: { disk: losesLastEntry },
    caughtBy: /^(F3|I2|I3|I4)/,
  },
  {
    bug: 'effects are carried out although the commit failed',
    parts: { disk: ignoresFailedCommit },
    caughtBy: /^(I3|I4|I5)/,
  },
  { bug: 'promises are not persisted', parts: { disk: forgetsPromises }, caughtBy: /^(I1|I4|I7)/ },
  {
    bug: 'a wiped disk comes back under its old id',
    parts: { diskOf: (node) => diskOf(node, 1) },
    caughtBy: /^(I1|I3|I4|I14)/,
  },
  {
    bug: 'messages of an older boot count as the present one',
    parts: { hello: (sender) => ({ ...sender, boot: 1 }) },
    caughtBy: /^I14/,
  },
  {
    bug: 'a follower acknowledges one entry more than it has',
    parts: {
      replica: effectsOf((effect) => {
        if (effect.type !== 'send' || effect.message.class !== 'ack') return [effect];
        const ack = effect.message as unknown as {
          readonly durable: { readonly epoch: Ballot; readonly index: number };
        };
        const durable = { ...ack.durable, index: ack.durable.index + 1 };
        return [
          {
            ...effect,
            message: {
              ...effect.message,
              received: durable,
              durable,
              applied: durable,
            } as typeof effect.message,
          },
        ];
      }),
    },
    caughtBy: /^(I4|I5)/,
  },
  {
    bug: 'an answer counts a copy too many',
    parts: {
      replica: effectsOf((effect) => {
        if (effect.type !== 'reply' || effect.outcome.type !== 'ok' || effect.outcome.result.kind === 'value')
          return [effect];
        return [{ ...effect, outcome: { ...effect.outcome, copies: effect.outcome.copies + 1 } }];
      }),
    },
    caughtBy: /^I5/,
  },
  {
    bug: 'a leader acknowledges by its own disk alone, whatever the rule',
    parts: {
      replica: (made) => {
        const asked = new Map<number, string>();
        return {
          ...passing(made),
          step(input) {
            if (input.type === 'request') asked.set(input.id, input.request.op.kind);
            return made.step(input).map((effect): Effect => {
              if (effect.type !== 'reply' || effect.outcome.type !== 'unknown') return effect;
              const { at, copies } = effect.outcome;
              if (at === undefined || asked.get(effect.id) !== 'put') return effect;
              return {
                type: 'reply',
                id: effect.id,
                outcome: { type: 'ok', at, copies: copies ?? 1, result: { kind: 'written' } },
              };
            });
          },
        };
      },
    },
    caughtBy: /^I5/,
  },
  {
    bug: 'a leader does not listen to higher epochs',
    parts: {
      replica: (made) => ({
        ...passing(made),
        step(input) {
          const { role, epoch } = made.status();
          return role === 'leader' &&
            input.type === 'message' &&
            compareBallots(epochIn(input.message), epoch) > 0
            ? []
            : made.step(input);
        },
      }),
    },
    caughtBy: /^(I8|I14)/,
  },
  {
    bug: 'a leader does not look at the epoch a client has seen',
    parts: {
      replica: inputsOf((input) => {
        if (input.type !== 'request') return input;
        const { epochSeen: _, ...request } = input.request;
        return { ...input, request };
      }),
    },
    caughtBy: /^I8/,
  },
  {
    bug: 'a follower that has to rewind answers reads meanwhile',
    parts: {
      replica: (made, _node, store) => {
        const asked = new Map<number, Op>();
        return {
          ...passing(made),
          step(input) {
            if (input.type === 'request') asked.set(input.id, input.request.op);
            return made.step(input).map((effect): Effect => {
              const op = effect.type === 'reply' ? asked.get(effect.id) : undefined;
              if (effect.type !== 'reply' || effect.outcome.type !== 'refused' || op?.kind !== 'get')
                return effect;
              const at = store.state.applied();
              const outcome = { type: 'ok', at, copies: 1, result: store.state.read(op) } as const;
              return { type: 'reply', id: effect.id, outcome };
            });
          },
        };
      },
    },
    caughtBy: /^F3/,
  },
  {
    bug: 'what a rewind cuts is not kept',
    parts: { disk: storeWith((store) => ({ local: { ...store.local, discard: () => undefined } })) },
    caughtBy: /^F3/,
  },
  {
    bug: 'a repeated write is not recognised',
    parts: { disk: storeWith((store) => ({ state: { ...store.state, repeated: () => null } })) },
    caughtBy: /^B0\.1/,
  },
  {
    bug: 'an unknown outcome is called a refusal',
    parts: {
      replica: effectsOf((effect) => {
        if (effect.type !== 'reply' || effect.outcome.type !== 'unknown') return [effect];
        return [
          {
            ...effect,
            outcome: { type: 'refused', code: 'turn-failed', detail: formatPosition(effect.outcome.at!) },
          },
        ];
      }),
    },
    caughtBy: /^B0\.1/,
  },
];
