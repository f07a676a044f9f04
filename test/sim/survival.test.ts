import { describe, expect, test } from 'vitest';
import { diskOf, type NodeId } from '../../src/protocol/node-id.ts';
import type { Entry } from '../../src/protocol/entry.ts';
import type { Ballot } from '../../src/protocol/position.ts';
import { Ghost } from '../../src/sim/ghost.ts';
import { createMemoryStore } from '../../src/sim/memory-store.ts';
import type { SimNode } from '../../src/sim/node.ts';
import { runSeed } from '../../src/sim/run.ts';
import { Survival } from '../../src/sim/survival.ts';
import { sessions } from './planted/conditions.ts';

const ballot = (number: number, node: NodeId): Ballot => ({ number, disk: diskOf(node) });

/** Three disks that only this test writes to: n1 leads, and what it writes reaches whom the test says. */
function disks() {
  const nodes = ['n1', 'n2', 'n3'].map((id) => ({
    id,
    disk: diskOf(id),
    store: createMemoryStore(diskOf(id)),
  }));
  const ghost = new Ghost(nodes as unknown as readonly SimNode[]);
  const survival = new Survival(ghost);
  const storeOf = (id: NodeId) => nodes.find((node) => node.id === id)!.store;

  function turn<T>(id: NodeId, act: (store: ReturnType<typeof storeOf>) => T): T {
    const store = storeOf(id);
    store.begin();
    const done = act(store);
    store.commit();
    ghost.sync(id);
    return done;
  }
  const cluster = {
    survival,
    lead: (id: NodeId, epoch: Ballot) =>
      turn(id, ({ local, log }) => {
        local.promise(epoch);
        return log.append(epoch, { kind: 'epochStart' });
      }),
    /** A write by the leader of `epoch`, acknowledged once `to` hold it. */
    write(from: NodeId, epoch: Ballot, key: string, to: readonly NodeId[]): Entry {
      const entry = turn(from, ({ log, state }) => {
        const executed = state.execute({ kind: 'put', key, value: `${key}.1` });
        if (!executed.ok || executed.body === null) throw new Error('a put writes');
        return log.append(epoch, executed.body);
      });
      for (const id of to) cluster.copy(from, id);
      survival.onAcknowledged(entry);
      return entry;
    },
    copy: (from: NodeId, to: NodeId) =>
      turn(to, ({ log, state }) => {
        const last = log.last();
        const entries = storeOf(from).log.read(last, Number.MAX_SAFE_INTEGER);
        log.receive(last, log.chainAt(last)!, entries);
        for (const entry of entries) state.apply(entry);
      }),
  };
  cluster.lead('n1', ballot(1, 'n1'));
  cluster.copy('n1', 'n2');
  cluster.copy('n1', 'n3');
  return cluster;
}

describe('I10: an acknowledged write', () => {
  const promotion = { ballot: ballot(2, 'n3'), node: 'n3', forced: false } as const;

  test('may not be lost by a promotion that its holder took part in', () => {
    const { lead, survival, write } = disks();
    write('n1', ballot(1, 'n1'), 'x', ['n2']);
    survival.promoting({ ...promotion, answering: ['n2', 'n3'] });
    expect(() => lead('n3', promotion.ballot)).toThrow(/^I10/);
  });

  test.for([
    ['its holder is absent', { answering: ['n3'], forced: false }],
    ['the operator insists', { answering: ['n2', 'n3'], forced: true }],
  ] as const)('may be when %s', ([, { answering, forced }]) => {
    const { lead, survival, write } = disks();
    write('n1', ballot(1, 'n1'), 'x', ['n2']);
    survival.promoting({ ...promotion, answering, forced });
    expect(() => lead('n3', promotion.ballot)).not.toThrow();
  });

  test('may be when it was acknowledged by an old leader after the promotion', () => {
    const { lead, survival, write } = disks();
    survival.promoting({ ...promotion, answering: ['n2', 'n3'] });
    lead('n3', promotion.ballot);
    write('n1', ballot(1, 'n1'), 'x', ['n2']);
    const next = { ballot: ballot(3, 'n3'), node: 'n3', forced: false, answering: ['n2', 'n3'] };
    survival.promoting(next);
    expect(() => lead('n3', next.ballot)).not.toThrow();
  });

  /** The operator forgot 3@n1, and 2@n3 began without a write that n1 and n2 hold. */
  function secondBest() {
    const cluster = disks();
    cluster.write('n1', ballot(1, 'n1'), 'x', ['n2']);
    cluster.lead('n1', ballot(3, 'n1'));
    cluster.survival.promoting({ ...promotion, answering: ['n2', 'n3'], forced: true });
    cluster.lead('n3', promotion.ballot);
    return cluster;
  }
  const next = { ballot: ballot(4, 'n3'), node: 'n3', forced: false } as const;

  test('may be when a promotion below the highest ballot lost it, and the highest does not answer', () => {
    const { lead, survival } = secondBest();
    survival.promoting({ ...next, answering: ['n2', 'n3'] });
    expect(() => lead('n3', next.ballot)).not.toThrow();
  });

  test('may not when the leader of the highest ballot answers again', () => {
    const { lead, survival } = secondBest();
    survival.promoting({ ...next, answering: ['n1', 'n2', 'n3'] });
    expect(() => lead('n3', next.ballot)).toThrow(/^I10/);
  });

  test('may not be lost by a promotion below the highest ballot either', () => {
    const { lead, survival, write } = disks();
    write('n1', ballot(1, 'n1'), 'x', ['n2']);
    lead('n1', ballot(3, 'n1'));
    survival.promoting({ ...promotion, answering: ['n2', 'n3'] });
    expect(() => lead('n3', promotion.ballot)).toThrow(/^I10/);
  });

  test('may be when another leader began without it after the probes', () => {
    const { lead, survival, write } = disks();
    write('n1', ballot(1, 'n1'), 'x', ['n2']);
    survival.promoting({ ...next, answering: ['n2', 'n3'] });
    survival.promoting({ ...promotion, answering: ['n3'] });
    lead('n3', promotion.ballot);
    expect(() => lead('n3', next.ballot)).not.toThrow();
  });

  // An operator who forgets ballots promotes below the highest: by force, and when no holder answers.
  test.for([
    [399, sessions],
    [103_529, {}],
  ] as const)('seed %i holds', ([seed, options]) => {
    const report = runSeed({ mode: 'single-leader', seed, options }, seed);
    expect(report.failure).toBeNull();
    expect(report.marks.discarded).toBeGreaterThan(0);
  });
});
