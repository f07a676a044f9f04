import { isUtf8 } from 'node:buffer';
import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import { createKeyValueClient, type Answered, type KeyValueClient } from '../client/key-value.ts';
import { positionView } from '../cluster/position-view.ts';
import { selectNode } from '../client/selectors.ts';
import type { PositionView } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { exceedsJsonBytes } from '../lib/text.ts';
import { maxKeyBytes, maxValueBytes } from '../protocol/limits.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Context } from './command.ts';
import { opening } from './opening.ts';
import { nodeWords, regionWords } from './completes.ts';
import { completing, text } from './params.ts';
import type { Style } from './style.ts';

/** `--region`, of every command on keys. */
export const regionOption = completing(
  regionWords,
  text(
    'NAME',
    'where the client stands: its way to each node is as far as that region is; beside the nodes without it',
  ),
);

/** Of every write; `--at`: see F17. */
export const writeOptions = {
  at: completing(
    nodeWords,
    text('NODE', 'write at this node and no other, whoever leads; it refuses when it does not lead'),
  ),
  region: regionOption,
};

export async function withKeys<T>(
  context: Context,
  region: string | null,
  use: (client: KeyValueClient, cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await openCluster(opening(context));
  const client = createKeyValueClient(cluster, region);
  try {
    return await use(client, cluster);
  } finally {
    client.close();
    cluster.close();
  }
}

export interface Written {
  readonly cluster: string;
  readonly answered: Answered;
  /** What `--json` says of every write. */
  readonly json: {
    readonly cluster: string;
    readonly node: NodeId;
    readonly at: PositionView;
    readonly copies: number;
    readonly of: number;
  };
  /** `1@n1/3, on 2 of 3`. */
  readonly place: string;
}

/** A write by RESP command. Says what it waits for when that takes long. */
export async function writeKeys(
  context: Context,
  command: readonly string[],
  { at, region }: { readonly at: string | null; readonly region: string | null },
): Promise<Written> {
  return withKeys(context, region, async (client, cluster) => {
    const node = at === null ? null : await nodeNamed(at, cluster, context);
    context.progress(`waiting for ${node ?? 'the leader'} to acknowledge the write`);
    const answered = await client.write(command, { at: node, withinMs: context.timeoutMs });
    const of = cluster.spec.nodes.length;
    const position = positionView(answered.at);
    const json = { cluster: cluster.name, node: answered.node, at: position, copies: answered.copies, of };
    return {
      cluster: cluster.name,
      answered,
      json,
      place: `${position.text}, on ${answered.copies} of ${of}`,
    };
  });
}

/** A role is looked for afresh; for a name any snapshot will do. */
async function nodeNamed(selector: string, cluster: Cluster, { chance }: Context): Promise<NodeId> {
  const snapshot = await (selector.startsWith('@') ? cluster.freshSnapshot() : cluster.recentSnapshot());
  return selectNode(selector, snapshot, { chance });
}

export function writtenText(place: string, style: Style): string {
  return `${style.good('ok')} ${place}`;
}

/** Keys and values are text. Node.js shows invalid bytes of arguments as U+FFFD, so that is refused there. */
export function checkWord(word: string, what: 'key' | 'value'): string {
  if (word.includes('\uFFFD')) {
    const way = what === 'value' ? ' A value with the character U+FFFD itself can be given with --file.' : '';
    throw new ReplabError('usage', { message: `The ${what} is no valid UTF-8.${way}` });
  }
  return checkSize(word, what);
}

/** Bytes of a file or of standard input, as they are: a newline at the end belongs to the value. */
export function valueOfBytes(bytes: Buffer, source: string): string {
  if (!isUtf8(bytes))
    throw new ReplabError('usage', { message: `${source} is no valid UTF-8; values are text.` });
  if (bytes.includes(0))
    throw new ReplabError('usage', { message: `${source} holds a NUL byte; values are text without it.` });
  return checkSize(bytes.toString('utf8'), 'value');
}

function checkSize(word: string, what: 'key' | 'value'): string {
  const limit = what === 'key' ? maxKeyBytes : maxValueBytes;
  if (exceedsJsonBytes(word, limit)) {
    const most = limit < 1024 * 1024 ? `${limit / 1024} KiB` : `${limit / 1024 / 1024} MiB`;
    throw new ReplabError('too-large', { detail: `A ${what} has at most ${most}` });
  }
  return word;
}
