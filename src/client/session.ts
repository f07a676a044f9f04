import type { ClientPlace } from '../cluster/place.ts';
import { longestRoundTripMs } from '../cluster/regions.ts';
import { errorTable, type ErrorCode } from '../control/error-table.ts';
import { ReplabError } from '../control/errors.ts';
import { createChance, type Chance } from '../lib/chance.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { parsePosition } from '../protocol/position.ts';
import { shardOf } from '../protocol/shard.ts';
import { formatShards } from '../protocol/token.ts';
import type { Cluster } from './cluster-connection.ts';
import { namesShard } from './selectors.ts';
import { inShard, placeIn, type ShardOfCluster } from './standpoint.ts';
import type { ReadFrom } from './read-targets.ts';
import type { AskOptions } from './resp-connection.ts';
import { createKeyValueClient, silentReadMs, type Answered, type KeyValueClient } from './key-value.ts';
import type {
  Lost,
  Session,
  SessionOptions,
  SessionRead,
  SessionReadOptions,
  SessionWrite,
  SessionWriteOptions,
} from './session/contract.ts';
import { atLeader, readOrder, type ReadOrder, type ReadPolicy } from './session/read-policy.ts';
import { readInOrder, type Moved, type Waited } from './session/read-in-order.ts';
import { counted, firstState, type SessionCounts, type SessionState } from './session/state.ts';
import {
  afterAnswer,
  kindsFor,
  merged,
  positionsOf,
  refuseForeign,
  seenIn,
  tokenOf,
  withoutLost,
  type Kind,
  type SessionToken,
} from './session/token.ts';

const defaultWaitMs = 1000;

/** Opens a session over a cluster. It is told of a loss with the next operation, and goes on (S1). */
export function openSession(cluster: Cluster, options: SessionOptions): Session {
  return new ClusterSession(cluster, options);
}

class ClusterSession implements Session {
  readonly as: string | null;
  readonly #cluster: Cluster;
  readonly #client: KeyValueClient;
  readonly #options: SessionOptions;
  readonly #place: ClientPlace;
  readonly #chance: Chance;
  #state: SessionState;

  constructor(cluster: Cluster, options: SessionOptions) {
    this.as = options.as;
    this.#cluster = cluster;
    this.#client = createKeyValueClient(cluster, options.region ?? null);
    this.#place = placeIn(cluster, options.region ?? null);
    this.#options = options;
    this.#chance = options.chance ?? createChance(0);
    this.#state = options.state ?? firstState(options.as);
  }

  get counts(): SessionCounts {
    return this.#state.counts;
  }

  state(): SessionState {
    return this.#state;
  }

  token(): SessionToken {
    return tokenOf(this.#cluster.name, this.#cluster.spec.mode, this.#state.seen);
  }

  learn(token: SessionToken): void {
    refuseForeign(token, this.#cluster.spec);
    this.#change({ seen: merged(this.#state.seen, seenIn(token, 'the token')) });
  }

  close(): void {
    this.#client.close();
  }

  async write(command: readonly string[], options: SessionWriteOptions): Promise<SessionWrite> {
    const seq = options.repeat ?? this.#state.nextSeq;
    if (options.repeat === undefined) this.#change({ nextSeq: seq + 1 });
    this.#keep(false);
    const { at = null, withinMs } = options;
    let done: SessionWrite;
    try {
      const { answered, lost } = await this.#unlessLost('write', command, (kinds) => {
        return this.#client.write(command, { at, withinMs, ...this.#preface(kinds, 0, seq) });
      });
      const keys = keysOf(command);
      this.#change({
        wroteAt: Date.now(),
        indeterminate: this.#state.indeterminate.filter((key) => !keys.includes(key)),
      });
      this.#count({ writes: 1 });
      done = { ...answered, lost, seq };
    } catch (error) {
      if (error instanceof ReplabError && !errorTable[error.code].definite) this.#doubt(command);
      throw this.#keepAfter(error);
    }
    this.#keep(true);
    return done;
  }

  async read(command: readonly string[], options: SessionReadOptions): Promise<SessionRead> {
    let done: SessionRead;
    try {
      done = await this.#read(command, options);
    } catch (error) {
      throw this.#keepAfter(error);
    }
    this.#keep(true);
    return done;
  }

  async #read(command: readonly string[], options: SessionReadOptions): Promise<SessionRead> {
    const policy = options.policy ?? this.#options.read ?? { kind: 'leader' };
    const shard = shardOf(command[1] ?? '', this.#cluster.spec.shards);
    const { nodes, home } = await this.#order(policy, inShard(this.#cluster, shard));
    const moved: Moved[] = [];
    const waited: Waited[] = [];
    let asked: NodeId | 'leader' = 'leader';
    const { answered, lost } = await this.#unlessLost('read', command, (kinds) =>
      readInOrder(nodes, {
        // Who may not be served what is old goes to the leader in the end, wherever it would rather read.
        toLeader: kinds.length > 0,
        waitMs: this.#afterOf(kinds) === '' ? 0 : (this.#options.waitMs ?? defaultWaitMs),
        withinMs: options.withinMs,
        patienceMs: silentReadMs + longestRoundTripMs(this.#cluster.spec.regions),
        moved,
        waited,
        ask: (node, waitMs, withinMs) => {
          asked = node;
          const from: ReadFrom =
            node === 'leader' ? { kind: node } : { kind: 'node', selector: node, chance: this.#chance };
          return this.#client.read(command, { from, withinMs, ...this.#preface(kinds, waitMs) });
        },
      }),
    );
    const leads = asked === 'leader' || (await this.#leads(answered.node, shard));
    const role = leads ? 'leader' : 'follower';
    this.#count({
      [role === 'leader' ? 'leaderReads' : 'followerReads']: 1,
      waits: waited.length,
      waitedMs: waited.reduce((sum, { ms }) => sum + ms, 0),
      moves: moved.length,
    });
    const indeterminate = keysOf(command).some((key) => this.#state.indeterminate.includes(key));
    return { ...answered, lost, role, waited, moved, home, indeterminate };
  }

  /** Asks after what was seen; what turns out to be lost is told and forgotten, and the rest asked after again. */
  async #unlessLost(
    of: 'read' | 'write',
    command: readonly string[],
    ask: (kinds: readonly Kind[]) => Promise<Answered>,
  ): Promise<{ readonly answered: Answered; readonly lost: readonly Lost[] }> {
    const kinds = kindsFor(of, this.#options.guarantees ?? []);
    const shard = String(shardOf(command[1] ?? '', this.#cluster.spec.shards));
    const lost: Lost[] = [];
    for (;;) {
      const after = positionsOf(this.#state.seen, kinds, shard);
      try {
        const answered = await ask(kinds);
        const kind = of === 'read' ? 'read' : 'wrote';
        const { at } = answered;
        this.#change({ seen: afterAnswer(this.#state.seen, kinds, kind, { shard, at, after }) });
        return { answered, lost };
      } catch (error) {
        const loss = lossIn(error);
        if (loss === null || positionsOf(this.#state.seen, kinds, shard).length === 0) throw error;
        this.#forget(shard, loss);
        lost.push(loss);
      }
    }
  }

  #forget(shard: string, { token, forkedAt }: Lost): void {
    const { seen } = this.#state;
    this.#change({ seen: withoutLost(seen, shard, parsePosition(token)!, parsePosition(forkedAt)!) });
    this.#count({ losses: 1 });
  }

  async #leads(node: NodeId, shard: number): Promise<boolean> {
    const { leaders } = await this.#cluster.recentSnapshot();
    return leaders.some((one) => one.id === node && one.shard === shard);
  }

  async #order(policy: ReadPolicy, cluster: ShardOfCluster): Promise<ReadOrder> {
    if (policy.kind === 'leader') return atLeader;
    const { wroteAt, turn } = this.#state;
    const reader = {
      as: this.as ?? this.#state.client,
      turn: turn ?? this.#chance.seed,
      sinceWriteMs: wroteAt === null ? null : Date.now() - wroteAt,
      place: this.#place,
      chance: this.#chance,
    };
    const selector = policy.kind === 'node' ? policy.selector : '';
    const { freshSnapshot, recentSnapshot } = namesShard(selector) ? cluster.whole : cluster;
    const snapshot = await (selector.startsWith('@') ? freshSnapshot() : recentSnapshot());
    const order = readOrder(policy, reader, snapshot);
    if (order.turned) this.#change({ turn: reader.turn + 1 });
    return order;
  }

  #afterOf(kinds: readonly Kind[]): string {
    return kinds
      .map((kind) => formatShards(this.#state.seen[kind]))
      .filter((text) => text !== '')
      .join(',');
  }

  /** Nobody, who has seen nothing, says nothing of itself. */
  #preface(kinds: readonly Kind[], waitMs: number, seq: number | null = null): AskOptions {
    const after = this.#afterOf(kinds);
    if (this.as === null && after === '') return {};
    const preface = ['RL.SESSION', this.#state.client];
    if (this.as !== null && seq !== null) preface.push('SEQ', String(seq));
    if (after !== '') preface.push('AFTER', after, 'WAIT', String(Math.round(waitMs)));
    return { preface };
  }

  #doubt(command: readonly string[]): void {
    const keys = new Set([...this.#state.indeterminate, ...keysOf(command)]);
    this.#change({ indeterminate: [...keys] });
    this.#count({ unknown: 1 });
  }

  #count(by: Partial<SessionCounts>): void {
    this.#state = counted(this.#state, by);
  }

  #change(change: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...change };
  }

  /** What became of the operation says more than that it could not be kept. */
  #keepAfter(error: unknown): unknown {
    try {
      this.#keep(true);
    } catch {
      // `error` is told.
    }
    return error;
  }

  #keep(done: boolean): void {
    this.#options.keep?.(this.#state, done);
  }
}

function keysOf([name, ...args]: readonly string[]): readonly string[] {
  return name === 'RL.DEL' ? args : args.slice(0, 1);
}

const lossCode: ErrorCode = 'write-lost';

function lossIn(error: unknown): Lost | null {
  if (!(error instanceof ReplabError) || error.code !== lossCode) return null;
  const { node, token, forkedAt } = error.facts;
  return { node: String(node), token: String(token), forkedAt: String(forkedAt) };
}
