import { ReplabError } from '../control/errors.ts';
import { compareText } from '../lib/text.ts';
import { comparePositions, samePosition } from '../protocol/position.ts';
import type { Contents } from './diff.ts';
import { keyChanges } from './key-changes.ts';
import { readEntries, type NodeReader, type Page } from './node-reader.ts';

/** Keys asked for at once; the node also bounds a page's size. */
const pageKeys = 1000;

/** A log that is being rewound gives pages of a past that no longer is; this often it is read anew. */
const maxTries = 5;

type Source = Pick<NodeReader, 'node' | 'page' | 'log'>;

/**
 * All keys of a node at one position, while writes go on: each page is of a position of its own, and is then
 * brought up to the last page's with the entries in between, as a new follower is from a snapshot.
 */
export async function readContents(reader: Source): Promise<Contents> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const contents = await together(reader, await readPages(reader));
    if (contents !== null) return contents;
  }
  throw new ReplabError('rewinding', { node: reader.node });
}

interface Range {
  readonly page: Page;
  /** Keys above this one… */
  readonly above: string | null;
  /** …up to this one; null: to the end. */
  readonly upTo: string | null;
}

async function readPages(reader: Source): Promise<readonly Range[]> {
  const ranges: Range[] = [];
  for (let above: string | null = null; ;) {
    const page = await reader.page(above, pageKeys);
    const upTo: string | null = page.more ? page.pairs.at(-1)![0] : null;
    ranges.push({ page, above, upTo });
    if (upTo === null) return ranges;
    above = upTo;
  }
}

/** Null: the log went back meanwhile, so the pages do not fit together. */
async function together(reader: Source, ranges: readonly Range[]): Promise<Contents | null> {
  const { at } = ranges.at(-1)!.page;
  const first = ranges[0]!.page.at;
  if (comparePositions(first, at) > 0) return null;
  const entries = await readEntries(reader, first.index, at.index);
  if (!samePosition(entries.at(-1)?.at ?? first, at)) return null;
  const pairs = new Map(ranges.flatMap(({ page }) => page.pairs));
  for (const entry of entries) {
    for (const change of keyChanges(entry)) {
      const range = ranges.find(({ upTo }) => upTo === null || compareText(change.key, upTo) <= 0)!;
      if (entry.at.index <= range.page.at.index) continue;
      if (change.new === null) pairs.delete(change.key);
      else pairs.set(change.key, change.new);
    }
  }
  return { at, pairs };
}
