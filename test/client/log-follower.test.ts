import { expect, test } from 'vitest';
import { followLog, type LogItem } from '../../src/client/log-follower.ts';
import type { Entry } from '../../src/protocol/entry.ts';

function entry(index: number, chain: number): Entry {
  return { at: { epoch: { number: 1, disk: 1 }, index }, chain, body: { kind: 'epochStart' } };
}

/** A log that changes as told, each time the follower is about to wait. */
async function follow(
  first: readonly Entry[],
  changes: readonly (readonly Entry[])[],
  after = 0,
): Promise<string[]> {
  let log = first;
  let looks = 0;
  const ended = new AbortController();
  const left = [...changes];
  const reader = {
    log: (index: number) => {
      looks += 1;
      const read = log.filter(({ at }) => at.index > index);
      if (looks > 1 && read.length <= 1) {
        const next = left.shift();
        if (next === undefined) ended.abort();
        else log = next;
      }
      return Promise.resolve(read);
    },
  };
  const seen: string[] = [];
  const note = (item: LogItem): number =>
    seen.push(item.kind === 'entry' ? `${item.entry.at.index}:${item.entry.chain}` : `back to ${item.index}`);
  const items = followLog(reader, after, ended.signal);
  await expect(
    (async () => {
      for await (const item of items) note(item);
    })(),
  ).rejects.toThrow(/abort/);
  return seen;
}

const [e1, e2, e3] = [entry(1, 11), entry(2, 12), entry(3, 13)];

test('entries as they come, each once', async () => {
  expect(
    await follow(
      [e1],
      [
        [e1, e2],
        [e1, e2, e3],
      ],
    ),
  ).toEqual(['1:11', '2:12', '3:13']);
});

test('from after an index', async () => {
  expect(await follow([e1, e2], [[e1, e2, e3]], 1)).toEqual(['2:12', '3:13']);
});

test('a log that was rewound says so, and shows what came instead', async () => {
  expect(await follow([e1, e2], [[e1, entry(2, 99), entry(3, 98)]])).toEqual([
    '1:11',
    '2:12',
    'back to 1',
    '2:99',
    '3:98',
  ]);
});

test('a log that only became shorter says so too', async () => {
  expect(await follow([e1, e2, e3], [[e1]])).toEqual(['1:11', '2:12', '3:13', 'back to 1']);
});
