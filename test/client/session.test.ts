import { describe, expect, onTestFinished, test } from 'vitest';
import { openSession } from '../../src/client/session.ts';
import type { SessionOptions } from '../../src/client/session/contract.ts';
import type { Guarantee } from '../../src/client/session/guarantees.ts';
import { tokenOf, type Seen } from '../../src/client/session/token.ts';
import { formatPosition, parsePosition, type Position } from '../../src/protocol/position.ts';
import type { Outcome, Request } from '../../src/protocol/request.ts';
import { okOf, scriptedNode, type Asked } from '../node/scripted-node.ts';
import { clusterAt } from './cluster-at.ts';

const put = ['RL.PUT', 'x', '1'];
const get = ['RL.GET', 'x'];
const within = { withinMs: 3000 };
const at = (text: string): Position => parsePosition(text)!;

/** Has what is asked after up to its own index of epoch 1, of a value that names it. */
const holding =
  (index: number) =>
  ({ request: { op, after = [] } }: Asked): Outcome => {
    if (after.some((one) => one.index > index)) return { type: 'refused', code: 'behind' };
    return op.kind === 'put'
      ? okOf({ kind: 'written' }, index)
      : okOf({ kind: 'value', value: `v${index}` }, index);
  };

const forked = ({ request: { op, after = [] } }: Asked): Outcome => {
  const lost = after.find(({ index }) => index > 4);
  if (lost === undefined && op.kind === 'put') return okOf({ kind: 'written' }, 3);
  if (lost === undefined) return okOf({ kind: 'value', value: 'other' }, 3);
  return { type: 'refused', code: 'write-lost', lost: { token: lost, forkedAt: at('1@n1/4') } };
};

/** Three nodes, n1 leads, and a session of alice over them. */
async function three(
  scripts: readonly ((asked: Asked) => Outcome | 'hold')[],
  options: Partial<SessionOptions> = {},
) {
  const nodes = await Promise.all(scripts.map((script, i) => scriptedNode(script, { self: `n${i + 1}` })));
  const ports = Object.fromEntries(nodes.map(({ clientPort }, i) => [`n${i + 1}`, clientPort]));
  const session = openSession(clusterAt(ports, 'n1'), { as: 'alice', waitMs: 20, ...options });
  onTestFinished(() => session.close());
  return {
    session,
    nodes,
    asked: (i: number): readonly Request[] => nodes[i]!.asked.map(({ request }) => request),
  };
}

const seen = (wrote: readonly string[], read: readonly string[] = []): Seen => ({
  wrote: { '0': wrote.map(at) },
  read: { '0': read.map(at) },
});
const token = (of: Seen) => tokenOf('t1', 'single-leader', of);
const node = (name: string) => ({ kind: 'node', selector: name }) as const;

describe('a read that a replica cannot serve yet (S1)', () => {
  const promised: Partial<SessionOptions> = { guarantees: ['read-your-writes'], read: node('n3') };

  test('is asked there once, then waited for, then asked of another, then of the leader', async () => {
    const { session, asked } = await three([holding(9), holding(5), holding(5)], {
      ...promised,
      read: { kind: 'follower' },
    });
    session.learn(token(seen(['1@n1/7'])));
    const read = await session.read(get, within);
    expect(read).toMatchObject({
      node: 'n1',
      role: 'leader',
      moved: [
        { node: 'n2', why: 'not-seen-yet' },
        { node: 'n3', why: 'not-seen-yet' },
      ],
      waited: [{ node: 'n2' }, { node: 'n3' }],
    });
    expect(asked(1).map(({ waitMs }) => waitMs)).toEqual([0, 20]);
    expect(asked(0).map(({ after, waitMs }) => [after?.map(formatPosition), waitMs])).toEqual([
      [['1@n1/7'], 0],
    ]);
    expect(session.counts).toMatchObject({ leaderReads: 1, followerReads: 0, waits: 2, moves: 2 });
  });

  test('is served where it waits, once the entry is there', async () => {
    let looks = 0;
    const late = (asked: Asked): Outcome => holding((looks += 1) > 1 ? 7 : 5)(asked);
    const { session } = await three([holding(9), holding(5), late], promised);
    session.learn(token(seen(['1@n1/7'])));
    expect(await session.read(get, within)).toMatchObject({
      node: 'n3',
      role: 'follower',
      moved: [],
      waited: [{ node: 'n3' }],
    });
  });

  test('a leader that is behind as well refuses it, and quickly', async () => {
    const { session } = await three([holding(5), holding(5), holding(5)], promised);
    session.learn(token(seen(['1@n1/7'])));
    await expect(session.read(get, within)).rejects.toMatchObject({ code: 'not-seen-yet' });
  });

  test('one that has gone another way sends it to the leader: who has it there has lost nothing', async () => {
    const { session } = await three([holding(9), holding(9), forked], promised);
    session.learn(token(seen(['1@n1/7'])));
    expect(await session.read(get, within)).toMatchObject({
      node: 'n1',
      lost: [],
      moved: [{ node: 'n3', why: 'write-lost' }],
    });
    expect(session.token().shards['0']?.wrote).toEqual(['1@n1/7']);
  });

  test('what the leader has lost is told, forgotten, and the rest asked after again', async () => {
    const { session } = await three([forked, forked, forked], promised);
    session.learn(token(seen(['1@n1/7'], ['1@n1/4'])));
    expect(await session.read(get, within)).toMatchObject({
      node: 'n3',
      lost: [{ node: 'n1', token: '1@n1/7', forkedAt: '1@n1/4' }],
    });
    expect(session.token().shards['0']).toEqual({ wrote: [], read: ['1@n1/4'] });
    expect(session.counts.losses).toBe(1);
  });

  test('without a promise nobody is asked for anything, and what is read is kept all the same', async () => {
    const { session, asked } = await three([holding(9), holding(5), holding(5)], { read: node('n3') });
    session.learn(token(seen(['1@n1/7'])));
    expect(await session.read(get, within)).toMatchObject({ node: 'n3', moved: [] });
    expect(asked(2)[0]).toEqual({ op: { kind: 'get', key: 'x' } });
    expect(session.token().shards['0']).toEqual({ wrote: ['1@n1/7'], read: ['1@n1/5'] });
  });
});

describe('what each guarantee asks after', () => {
  const cases: readonly (readonly [Guarantee, readonly string[], readonly string[]])[] = [
    ['read-your-writes', ['1@n1/2'], []],
    ['monotonic-reads', ['1@n1/3'], []],
    ['monotonic-writes', [], ['1@n1/2']],
    ['writes-follow-reads', [], ['1@n1/3']],
  ];

  test.each(cases)('%s', async (guarantee, ofReads, ofWrites) => {
    for (const [command, expected] of [
      [get, ofReads],
      [put, ofWrites],
    ] as const) {
      const { session, asked } = await three([holding(9)], { guarantees: [guarantee] });
      session.learn(token(seen(['1@n1/2'], ['1@n1/3'])));
      await (command === get ? session.read(get, within) : session.write(put, within));
      expect((asked(0)[0]!.after ?? []).map(formatPosition)).toEqual(expected);
    }
  });
});

describe('a write', () => {
  test('carries whose it is and its number, which is kept before it leaves', async () => {
    const kept: number[] = [];
    const { session, asked } = await three([holding(9)], {
      keep: ({ nextSeq }, done) => kept.push(done ? -nextSeq : nextSeq),
    });
    expect(await session.write(put, within)).toMatchObject({ seq: 1 });
    expect(await session.write(put, within)).toMatchObject({ seq: 2 });
    expect(await session.write(put, { ...within, repeat: 2 })).toMatchObject({ seq: 2 });
    expect(asked(0).map(({ seq }) => seq)).toEqual([1, 2, 2]);
    expect(new Set(asked(0).map(({ client }) => client)).size).toBe(1);
    expect(asked(0)[0]?.client).toMatch(/^alice\.[0-9a-f]{8}$/);
    expect(kept).toEqual([2, -2, 3, -3, 3, -3]);
  });

  test('that cannot be kept does not leave', async () => {
    const { session, asked } = await three([holding(9)], {
      keep: () => {
        throw new Error('disk full');
      },
    });
    await expect(session.write(put, within)).rejects.toThrow('disk full');
    expect(asked(0)).toEqual([]);
  });

  test('is told as what it came to, and not as a session that could not be kept', async () => {
    const { session } = await three([() => 'hold'], {
      keep: (_, done) => {
        if (done) throw new Error('disk full');
      },
    });
    await expect(session.write(put, { withinMs: 50 })).rejects.toMatchObject({ code: 'no-answer' });
    await expect(session.read(get, { withinMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  });

  test('of unknown outcome leaves its key in doubt, until one is acknowledged (S2)', async () => {
    let silent = true;
    const { session } = await three([(asked) => (silent ? 'hold' : holding(9)(asked))]);
    await expect(session.write(put, { withinMs: 50 })).rejects.toMatchObject({ code: 'no-answer' });
    silent = false;
    expect(await session.read(get, within)).toMatchObject({ indeterminate: true });
    expect(await session.read(['RL.GET', 'y'], within)).toMatchObject({ indeterminate: false });
    await session.write(put, within);
    expect(await session.read(get, within)).toMatchObject({ indeterminate: false });
    expect(session.counts).toMatchObject({ unknown: 1, writes: 1, leaderReads: 3 });
  });

  test('does not go to a leader that lacks what it is to follow; one that lost it is told of', async () => {
    const behind = await three([holding(5)], { guarantees: ['monotonic-writes'] });
    behind.session.learn(token(seen(['1@n1/7'])));
    await expect(behind.session.write(put, within)).rejects.toMatchObject({ code: 'not-seen-yet' });
    const lost = await three([forked], { guarantees: ['monotonic-writes'] });
    lost.session.learn(token(seen(['1@n1/7'])));
    const { asked, session } = lost;
    expect(await session.write(put, within)).toMatchObject({ lost: [{ node: 'n1', token: '1@n1/7' }] });
    expect(asked(0).map(({ after, seq }) => [after?.length ?? 0, seq])).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });
});

test('nobody says nothing of itself', async () => {
  const { session, asked } = await three([holding(9)], { as: null });
  await session.write(put, within);
  await session.read(get, within);
  expect(asked(0)).toEqual([
    { op: { kind: 'put', key: 'x', value: '1' } },
    { op: { kind: 'get', key: 'x' } },
  ]);
});

test('a token of another cluster is none', async () => {
  const { session } = await three([holding(9)]);
  expect(() => session.learn({ ...token(seen([])), cluster: 't2' })).toThrow(
    expect.objectContaining({ code: 'bad-token' }),
  );
});

test('nor is one of a shard that this cluster has not', async () => {
  const { session } = await three([holding(9)]);
  const beyond = { ...token(seen([])), shards: { '3': { wrote: ['1@n1/4'], read: [] } } };
  expect(() => session.learn(beyond)).toThrow(expect.objectContaining({ code: 'bad-token' }));
});
