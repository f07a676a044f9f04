import { expect, test } from 'vitest';
import type { Entry } from '../../src/protocol/entry.ts';
import { zeroPosition, type Position } from '../../src/protocol/position.ts';
import type { WriteOp } from '../../src/protocol/request.ts';
import type { HostStore } from '../../src/protocol/store.ts';
import { createMemoryStore, type MemoryStore } from '../../src/sim/memory-store.ts';
import { openStore } from '../../src/store/open.ts';
import { ballot, contents, digestOf, disk, observe, otherDisk, rewind, wholeLog } from './kit.ts';
import { fastDir } from './sqlite-subject.ts';
import { fc } from '../support/property.ts';

/** One thing done in a turn. Places are fractions: of the log as it is when the action runs. */
type Action =
  | { readonly kind: 'write'; readonly op: WriteOp; readonly client: string | null; readonly seq: number }
  | { readonly kind: 'config' | 'epoch' | 'promise' }
  | { readonly kind: 'rewind' | 'trim'; readonly part: number }
  /** The other leader writes, and its log is received from a place both have; some of it is applied. */
  | { readonly kind: 'receive'; readonly op: WriteOp; readonly overlap: number; readonly apply: number };

interface Turn {
  readonly actions: readonly Action[];
  readonly end: 'commit' | 'rollback' | 'crash' | 'recover';
}

const text = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    'n',
    '',
    '1',
    '-9223372036854775808',
    'é',
    '\uffff',
    '\u{1f600}',
    'a\0b',
    '\ud800',
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
);
const nullable = fc.option(text);
const op: fc.Arbitrary<WriteOp> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), key: text, value: text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('del'), keys: fc.array(text, { maxLength: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('incr'),
      key: fc.constantFrom('n', 'a', 'm'),
      by: fc.oneof(
        fc.constantFrom('1', '-1', '9223372036854775807', 'x'),
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cas'), key: text, expected: nullable, value: nullable }),
  },
);
const part = fc.double({ min: 0, max: 1, noNaN: true });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write'),
      op,
      client: fc.option(fc.constantFrom('c', 'd', 'é#\ud800')),
      seq: fc.oneof(fc.nat(5), fc.nat(200)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('config', 'epoch', 'promise') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rewind', 'trim'), part }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('receive'), op, overlap: part, apply: part }) },
);
const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({
    actions: fc.array(action, { minLength: 1, maxLength: 8 }),
    end: fc.oneof(
      { weight: 6, arbitrary: fc.constant('commit' as const) },
      { weight: 2, arbitrary: fc.constantFrom('rollback', 'crash', 'recover') },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

test('SQLite and memory answer alike, whatever is done to them', { timeout: 60_000 }, () => {
  const root = fastDir();
  let runs = 0;
  fc.assert(
    fc.property(turns, (script) => {
      runs += 1;
      const memory = createMemoryStore(disk);
      const options = { dir: `${root}/${runs}`, cluster: 'c1', disk, durability: 'normal' } as const;
      let sqlite = openStore(options);
      try {
        for (const { actions, end } of script) {
          const mine = play(memory, actions);
          const theirs = play(sqlite, actions);
          expect(theirs).toEqual(mine);
          endTurn(memory, end);
          if (end === 'crash') {
            sqlite.close();
            sqlite = openStore(options);
          } else {
            endTurn(sqlite, end);
          }
          expect(look(sqlite)).toEqual(look(memory));
          expect(JSON.stringify(wholeLog(sqlite))).toBe(JSON.stringify(wholeLog(memory)));
        }
      } finally {
        sqlite.close();
      }
    }),
    { numRuns: 60 },
  );
});

/** What the simulator brings back; the copy on real files is that of the files (disk-files.test.ts). */
test('a copy of the twin is the store of then, and goes on like it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(turns, turns, (before, after) => {
      const store = createMemoryStore(disk);
      const run = (on: MemoryStore, script: readonly Turn[]): unknown =>
        script.map(({ actions, end }) => {
          const done = play(on, actions);
          endTurn(on, end);
          return [done, lookInside(on)];
        });
      run(store, before);
      const copy = store.copy();
      const then = lookInside(store);
      const gone = run(store, after);
      for (let i = 0; i < 2; i += 1) {
        const restored = createMemoryStore(otherDisk);
        restored.load(copy);
        expect(restored.local.get()).toMatchObject({ disk: otherDisk, boot: 1 });
        expect(lookInside(restored)).toEqual(then);
        expect(run(restored, after)).toEqual(gone);
      }
    }),
    { numRuns: 60 },
  );
});

/** All but whose disk it is. */
function lookInside(store: HostStore): unknown {
  const { promised } = store.local.get();
  return { ...(look(store) as object), local: promised };
}

/** A digest that forgot a row, or a chain that forgot an entry, would be seen here and nowhere above. */
test(
  'I9: whatever was done, the digest is that of the rows, and replaying the log gives the same',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(turns, (script) => {
        const store = createMemoryStore(disk);
        for (const { actions, end } of script) {
          play(store, actions);
          endTurn(store, end);
        }
        expect(store.state.digest().value).toBe(digestOf(contents(store)));
        expect(store.state.size()).toBe(contents(store).length);
        if (store.log.base().index > 0) return;
        const replayed = createMemoryStore(otherDisk);
        replayed.begin();
        expect(replayed.log.receive(zeroPosition, 0, wholeLog(store))).toBe('ok');
        for (const entry of wholeLog(store).slice(0, store.state.applied().index)) {
          expect(replayed.state.apply(entry)).toEqual({ ok: true });
        }
        expect(replayed.state.digest()).toEqual(store.state.digest());
      }),
      { numRuns: 200, examples: [[oldSeqAboveTheBase]] },
    );
  },
);

/** A client's old seq is logged after its newest; the log is trimmed between the two, the later one undone. */
const oldSeqAboveTheBase: readonly Turn[] = [
  {
    actions: [128, 0].map((seq) => ({
      kind: 'write' as const,
      op: { kind: 'put' as const, key: `k${seq}`, value: 'v' },
      client: 'c',
      seq,
    })),
    end: 'commit',
  },
  { actions: [{ kind: 'trim', part: 0.5 }], end: 'commit' },
  { actions: [{ kind: 'rewind', part: 0 }], end: 'commit' },
];

const clients = ['c', 'd', 'é#\ud800', 'other'];

function look(store: HostStore): unknown {
  return observe(store, clients, 201);
}

/** Does all actions in one turn, left open; answers with everything seen on the way. */
function play(store: HostStore, actions: readonly Action[]): unknown {
  store.begin();
  return actions.map((each) => [
    act(store, each),
    store.log.last(),
    store.state.digest(),
    store.log.newest('rows'),
  ]);
}

function act(store: HostStore, does: Action): unknown {
  const { log, state, local } = store;
  const place = (fraction: number): Position => {
    const indexes = [log.base(), ...wholeLog(store).map(({ at }) => at)];
    return indexes[Math.floor(fraction * (indexes.length - 1))]!;
  };
  const epoch = local.get().promised.number === 0 ? ballot(1) : local.get().promised;
  const leads = state.applied().index === log.last().index;
  switch (does.kind) {
    case 'write': {
      const known = does.client === null ? null : state.repeated(does.client, does.seq);
      if (!leads || known !== null) return known;
      const executed = state.execute(does.op);
      if (!executed.ok || executed.body === null) return executed;
      const { result } = executed;
      return log.append(
        epoch,
        executed.body,
        does.client === null ? {} : { client: does.client, seq: does.seq, result },
      );
    }
    case 'config':
      return leads && log.append(epoch, { kind: 'config', config: { at: log.last().index } });
    case 'epoch':
      return leads && log.append(ballot(epoch.number + 1), { kind: 'epochStart' });
    case 'promise':
      return local.promise(ballot(epoch.number + 1, otherDisk));
    case 'rewind': {
      const to = place(does.part);
      // Only what is committed can be read and so undone; the turn must not have written before.
      if (log.read(to, Number.MAX_SAFE_INTEGER).length !== log.last().index - to.index) return null;
      return rewind(store, to);
    }
    case 'trim': {
      const to = place(does.part);
      return to.index <= state.applied().index && log.trimTo(to);
    }
    case 'receive':
      return receive(store, does);
  }
}

/** What another leader would send that has this log so far, applied, and one write more. */
function receive(store: HostStore, does: Extract<Action, { kind: 'receive' }>): unknown {
  const { log, state, local } = store;
  if (log.base().index > 0 || wholeLog(store).length !== log.last().index) return null;
  const leader = createMemoryStore(otherDisk);
  const mine = wholeLog(store);
  leader.begin();
  leader.log.receive(zeroPosition, 0, mine);
  for (const entry of mine) leader.state.apply(entry);
  const epoch = ballot(local.get().promised.number + 1, otherDisk);
  leader.log.append(epoch, { kind: 'epochStart' });
  const executed = leader.state.execute(does.op);
  if (executed.ok && executed.body !== null) {
    leader.log.append(epoch, executed.body, {
      client: 'other',
      seq: log.last().index,
      result: executed.result,
    });
  }
  leader.commit();
  const all = wholeLog(leader);
  const from = Math.floor(does.overlap * mine.length);
  const previous = from === 0 ? zeroPosition : all[from - 1]!.at;
  const taken = log.receive(previous, leader.log.chainAt(previous)!, all.slice(from));
  const upTo = state.applied().index + Math.round(does.apply * (log.last().index - state.applied().index));
  return [taken, applyTo(store, all, upTo)];
}

function applyTo(store: HostStore, entries: readonly Entry[], index: number): unknown {
  return entries
    .filter(({ at }) => at.index > store.state.applied().index && at.index <= index)
    .map((entry) => store.state.apply(entry));
}

function endTurn(store: HostStore, end: Turn['end']): void {
  if (end === 'commit') store.commit();
  else store.rollback();
  if (end === 'recover') store.recover();
  if (end === 'crash') {
    (store as MemoryStore).crash();
    (store as MemoryStore).reopen();
  }
}
