import { setTimeout as pause } from 'node:timers/promises';
import type { Entry } from '../protocol/entry.ts';
import type { NodeReader } from './node-reader.ts';

export type LogItem =
  | { readonly kind: 'entry'; readonly entry: Entry }
  /** The node gave up entries that were shown: those after `index` no longer count. */
  | { readonly kind: 'rewound'; readonly index: number };

const pollMs = 50;
const readBytes = 256 * 1024;

/**
 * A node's log as it grows, after `index`. Each look begins at the last entry shown and compares its chain
 * hash: a log that was rewound and grew again beyond it would otherwise pass for one that just grew.
 */
export async function* followLog(
  reader: Pick<NodeReader, 'log'>,
  index: number,
  signal: AbortSignal,
): AsyncGenerator<LogItem> {
  const shown: { readonly index: number; readonly chain: number }[] = [];
  for (;;) {
    signal.throwIfAborted();
    const last = shown.at(-1);
    const read = await reader.log(last === undefined ? index : last.index - 1, readBytes);
    const fits = last === undefined || (read[0]?.at.index === last.index && read[0].chain === last.chain);
    if (!fits) {
      shown.pop();
      while (shown.length > 0 && !(await holds(reader, shown.at(-1)!))) shown.pop();
      yield { kind: 'rewound', index: shown.at(-1)?.index ?? index };
      continue;
    }
    const fresh = last === undefined ? read : read.slice(1);
    for (const entry of fresh) {
      shown.push({ index: entry.at.index, chain: entry.chain });
      yield { kind: 'entry', entry };
    }
    if (fresh.length === 0) await pause(pollMs, undefined, { signal }).catch(() => {});
  }
}

async function holds(
  reader: Pick<NodeReader, 'log'>,
  at: { readonly index: number; readonly chain: number },
): Promise<boolean> {
  const [entry] = await reader.log(at.index - 1, 1);
  return entry?.at.index === at.index && entry.chain === at.chain;
}
