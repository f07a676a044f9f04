import { watch } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { readRecord } from '../control/cluster-record.ts';
import { onlyCluster, recordOrThrow } from '../control/attach.ts';
import { ReplabError } from '../control/errors.ts';
import { clusterDir, paths } from '../control/state-dir.ts';
import { defineCommand, type StreamItem } from './command.ts';
import { logWords } from './completes.ts';
import { completing, flag, integerOr, required } from './params.ts';

export const logs = defineCommand({
  name: 'logs',
  summary: 'what a node, or the supervisor, wrote to its log file',
  notes: ['Works for clusters that are down as well, as long as their data are kept.'],
  args: { who: completing(logWords, required('WHO', 'a node, or `supervisor`')) },
  options: {
    lines: integerOr('at most this many, the last ones', 1, 1_000_000, 50),
    follow: flag('go on with lines as they come'),
  },
  examples: [
    { run: 'replab logs n1', does: 'the last lines of n1' },
    { run: 'replab logs supervisor --lines 200', does: 'more of the supervisor’s' },
  ],
  endless: ({ options }) => options.follow,
  run(context, { args: { who }, options }) {
    const name = context.cluster ?? onlyCluster(context.root);
    const dir = clusterDir(context.root, name);
    const { spec } = recordOrThrow(readRecord(dir), name);
    if (who !== 'supervisor' && !spec.nodes.includes(who)) {
      throw new ReplabError('no-such-node', {
        node: who,
        nodes: [...spec.nodes, 'supervisor'].join(', '),
        cluster: name,
      });
    }
    const path = who === 'supervisor' ? paths.supervisorLog(dir) : paths.nodeLog(dir, who);
    return Promise.resolve({
      kind: 'stream',
      items: items(who, tail(path, options.lines, options.follow ? context.signal : null)),
      empty: `${who} has written nothing.`,
    });
  },
});

async function* items(who: string, lines: AsyncIterable<string>): AsyncGenerator<StreamItem> {
  for await (const line of lines)
    yield { json: { schema: 'replab.log-line/1', who, line }, text: () => line };
}

/** The last lines of a file, then those that are added while `follow` is not aborted. No file, no lines. */
async function* tail(path: string, count: number, follow: AbortSignal | null): AsyncGenerator<string> {
  const file = await openOrNull(path);
  if (file === null) return;
  try {
    const { lines, rest } = cut((await file.readFile()).toString('utf8'));
    yield* [...lines, ...(follow === null && rest !== '' ? [rest] : [])].slice(-count);
    if (follow !== null) yield* added(file, path, rest, follow);
  } finally {
    await file.close();
  }
}

/** `readFile` on a handle reads on from where it was. */
async function* added(
  file: FileHandle,
  path: string,
  begun: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = begun;
  for await (const _ of watchFile(path, signal)) {
    const read = cut(rest + decoder.write(await file.readFile()));
    rest = read.rest;
    yield* read.lines;
  }
}

/** Once at first, then whenever the file has changed since it was last looked at. */
async function* watchFile(path: string, signal: AbortSignal): AsyncGenerator<void> {
  let changed = Promise.withResolvers<void>();
  const watcher = watch(path, () => changed.resolve());
  signal.addEventListener('abort', () => changed.resolve(), { once: true });
  try {
    while (!signal.aborted) {
      yield;
      await changed.promise;
      changed = Promise.withResolvers<void>();
    }
  } finally {
    watcher.close();
  }
}

function cut(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines = text.split('\n');
  return { lines: lines.slice(0, -1), rest: lines.at(-1)! };
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
