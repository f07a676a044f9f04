import { isUtf8 } from 'node:buffer';
import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import { ManualHistory, type RecordedEnd, type RecordedOp } from '../client/manual-history.ts';
import { openSession } from '../client/session.ts';
import type { Lost, Session, SessionWrite } from '../client/session/contract.ts';
import type { HeldIdentity, IdentityRecord } from '../client/session/identity.ts';
import { positionView } from '../cluster/position-view.ts';
import { namesShard, selectNode } from '../client/selectors.ts';
import { inShard, type ShardOfCluster } from '../client/standpoint.ts';
import type { PositionView } from '../cluster/snapshot.ts';
import { ReplabError, toReplabError } from '../control/errors.ts';
import { exceedsJsonBytes } from '../lib/text.ts';
import { maxKeyBytes, maxValueBytes } from '../protocol/limits.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { shardOf } from '../protocol/shard.ts';
import type { Context } from './command.ts';
import { opening } from './opening.ts';
import { nodeWords, regionWords } from './completes.ts';
import { completing, text } from './params.ts';
import { guaranteesIn, sessionOptions, tokenIn, type SessionWords } from './session-options.ts';
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
  ...sessionOptions,
};

export interface SessionInput extends SessionWords {
  readonly region: string | null;
}

/** Whoever does it: their session, and the cluster's history of what is done by hand. */
export interface User {
  readonly session: Session;
  readonly history: ManualHistory;
  readonly cluster: Cluster;
}

/** Opens the session of `--as`, or one of nobody's, for one operation; what it learns is kept for the next. */
export async function withUser<T>(
  context: Context,
  input: SessionInput,
  use: (user: User) => Promise<T>,
): Promise<T> {
  const { as } = input;
  const guarantees = guaranteesIn(input);
  const cluster = await openCluster(opening(context));
  const held = as === null ? null : await holdUser(as, cluster, context.timeoutMs);
  try {
    const { dir, spec } = cluster;
    const history = new ManualHistory({ dir, nodes: spec.nodes, as, process: takeProcess(held) });
    const session = openSession(cluster, {
      as,
      guarantees,
      region: input.region,
      waitMs: input.wait,
      state: held?.record?.state ?? null,
      chance: context.chance,
      keep: (state, done) => {
        if (held !== null)
          keepUser(held, { state, process: done ? history.process : null }, { cluster, done });
      },
    });
    try {
      if (input.token !== null) session.learn(tokenIn(input.token, cluster));
      return await use({ session, history, cluster });
    } finally {
      session.close();
    }
  } finally {
    held?.release();
    cluster.close();
  }
}

/** Loaded when somebody is named: its lock is made of SQLite, which nobody else should have to load. */
async function holdUser(as: string, { name, spec, dir }: Cluster, withinMs: number): Promise<HeldIdentity> {
  const { holdIdentity } = await import('../client/session/identity.ts');
  return holdIdentity({ cluster: name, mode: spec.mode, dir, as, withinMs });
}

/**
 * The user's process in the history, which is nobody's until the operation has ended: of one that is killed in
 * between the operation stays open, and a process does one thing at a time. Null: a new one.
 */
function takeProcess(held: HeldIdentity | null): number | null {
  if (held?.record == null) return null;
  const { process, state } = held.record;
  try {
    held.keep({ state, process: null });
    return process;
  } catch {
    return null;
  }
}

/** What was done is done, whether it can be kept or not. */
function keepUser(
  held: HeldIdentity,
  record: IdentityRecord,
  { cluster, done }: { readonly cluster: Cluster; readonly done: boolean },
): void {
  try {
    held.keep(record);
  } catch (error) {
    if (!done) throw error;
    const { detail } = toReplabError(error).facts;
    throw new ReplabError('not-saved', { cluster: cluster.name, name: 'a session', detail: detail ?? null });
  }
}

export interface Written {
  readonly cluster: string;
  readonly answered: SessionWrite;
  /** What `--json` says of every write. */
  readonly json: {
    readonly cluster: string;
    readonly node: NodeId;
    readonly shard: number;
    readonly at: PositionView;
    readonly copies: number;
    readonly of: number;
    readonly as: string | null;
    /** Of the write among those of its session: its idempotency key. */
    readonly seq: number | null;
    readonly lost: readonly Lost[];
  };
  /** `1@n1/3, on 2 of 3`. */
  readonly place: string;
}

export interface WriteInput extends SessionInput {
  readonly at: string | null;
}

/** A write by RESP command, and as the history has it. Says what it waits for when that takes long. */
export async function writeKeys(
  context: Context,
  command: readonly string[],
  op: RecordedOp,
  input: WriteInput,
  ended: (done: SessionWrite) => RecordedEnd['type'] = () => 'ok',
): Promise<Written> {
  return withUser(context, input, async ({ session, history, cluster }) => {
    const shard = shardOf(command[1]!, cluster.spec.shards);
    const at = input.at === null ? null : await nodeNamed(input.at, inShard(cluster, shard), context);
    context.progress(`waiting for ${at ?? 'the leader'} to acknowledge the write`);
    const answered = await history.record(
      op,
      () => session.write(command, { at, withinMs: context.timeoutMs }),
      (done) => ({ type: ended(done), value: op.value, node: done.node }),
    );
    const of = cluster.spec.nodes.length;
    const position = positionView(answered.at);
    const { node, copies, lost } = answered;
    const seq = session.as === null ? null : answered.seq;
    const where = cluster.spec.shards === 1 ? '' : `, shard ${shard}`;
    return {
      cluster: cluster.name,
      answered,
      json: { cluster: cluster.name, node, shard, at: position, copies, of, as: session.as, seq, lost },
      place: `${position.text}, on ${copies} of ${of}${where}`,
    };
  });
}

/** Beside the result: what the session had seen that is gone. */
export function lostNote(lost: readonly Lost[]): string {
  return lost
    .map(
      ({ token, forkedAt }) =>
        `lost: ${token}, which this session had seen, is not after ${forkedAt} any more`,
    )
    .join('; ');
}

/** A role is looked for afresh, and means that in the key's shard; for a name any snapshot will do. */
async function nodeNamed(selector: string, cluster: ShardOfCluster, { chance }: Context): Promise<NodeId> {
  const { freshSnapshot, recentSnapshot } = namesShard(selector) ? cluster.whole : cluster;
  const snapshot = await (selector.startsWith('@') ? freshSnapshot() : recentSnapshot());
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
