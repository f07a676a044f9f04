import { randomBytes } from 'node:crypto';
import { openCluster, type Cluster as Connection } from '../client/cluster-connection.ts';
import type { ConditionName } from '../client/wait-conditions.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import type { HitView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { splitWords } from '../lib/shell-words.ts';
import type { Client, ClientOptions } from './client.ts';
import {
  errorIn,
  optionWords,
  run,
  start,
  type Document,
  type Ran,
  type Running,
  type Settings,
} from './command-line.ts';
import { createClient } from './create-client.ts';

/** The options of `replab up`, in camel case: `{ nodes: 3, sync: 1, writeTimeout: '2s' }`. */
export interface UpOptions extends Settings {
  /** Made up when left out, so that clusters stand side by side. */
  readonly name?: string;
  readonly nodes?: number;
  /** Parts of the keys, each with a leader of its own. */
  readonly shards?: number;
  /** `none`, a count, `all`, `majority`, or a node: who must hold a write before it is acknowledged. */
  readonly sync?: string | number;
  readonly durability?: 'normal' | 'full';
  /** `eu,us,ap`, or `eu:n1,n2/us:n3`; `latency`: a preset, `150ms`, `eu:us=80ms,…`, or a file. */
  readonly regions?: string;
  readonly latency?: string;
}

/** A duration as on the command line: `250ms`, `10s`, `1m`. */
export type Duration = string;

export interface FaultOptions extends Settings {
  /** It heals by itself after so long. */
  readonly for?: Duration;
}

/** A fault in force; `heal` ends it and tells what it hit. */
export interface Fault {
  readonly id: string;
  /** As people type it. */
  readonly text: string;
  heal(): Promise<HitView | null>;
}

/**
 * A cluster of real processes, for test suites: `await using cluster = await Cluster.up({ nodes: 3 })`. It ends
 * with this process, however that ends. What fails throws ReplabError, with `code` and `definite`; commands run
 * in this process and mean what they mean on the command line.
 */
export class Cluster implements AsyncDisposable {
  readonly name: string;
  readonly #connection: Connection;
  /** `up --foreground`, when this process started it. */
  readonly #up: Running | null;

  private constructor(connection: Connection, up: Running | null) {
    this.name = connection.name;
    this.#connection = connection;
    this.#up = up;
  }

  /** Returns when every node is ready. Aborting `signal` while it comes up takes it down again. */
  static async up(
    { name = freshName(), ...settings }: UpOptions = {},
    signal?: AbortSignal,
  ): Promise<Cluster> {
    const ready = Promise.withResolvers<void>();
    const words = ['up', '--foreground', ...optionWords(settings)];
    const onItem = (item: Document): void => {
      if (item.schema === 'replab.up/1') ready.resolve();
    };
    const up = start(words, { cluster: name, signal, onItem });
    await Promise.race([ready.promise, up.ended.then(throwItsError)]);
    return new Cluster(await openCluster({ name }), up);
  }

  /** A cluster that is up already; the only one, when it is not named. It stays when this process ends. */
  static async connect(name: string | null = null): Promise<Cluster> {
    return new Cluster(await openCluster({ name }), null);
  }

  /** Where its state is: logs of nodes, events, histories. */
  get dir(): string {
    return this.#connection.dir;
  }

  client(options: ClientOptions = {}): Client {
    return createClient(this.#connection, options);
  }

  /** What `replab status --json` prints, from nodes asked now. */
  snapshot(): Promise<Snapshot> {
    return this.#connection.freshSnapshot();
  }

  /** Where a client of one's own reaches each node, faults included: `{ n1: '127.0.0.1:41001', … }`; any Redis client will do. */
  async addresses(): Promise<Readonly<Record<string, string>>> {
    const { nodes } = await this.snapshot();
    return Object.fromEntries(
      nodes.flatMap(({ id, address }) => (address.client === null ? [] : [[id, address.client] as const])),
    );
  }

  /**
   * Any command line of replab, as text or as words. Throws ReplabError when it fails; exit 1 and 2 of `diff`,
   * `expect` and `check` are results, as is 8 of a `cas` that did not swap: look at `exit`.
   */
  async run(line: string | readonly string[]): Promise<Ran> {
    return await run(typeof line === 'string' ? wordsOf(line) : line, { cluster: this.name });
  }

  kill(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['kill', ...nodes]);
  }

  stop(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['stop', ...nodes]);
  }

  start(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['start', ...nodes]);
  }

  restart(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['restart', ...nodes]);
  }

  pause(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['pause', ...nodes]);
  }

  resume(...nodes: readonly string[]): Promise<Ran> {
    return this.run(['resume', ...nodes]);
  }

  /** A leader by hand, under a new epoch. */
  promote(node: string, options: { readonly shard?: number; readonly force?: boolean } = {}): Promise<Ran> {
    return this.run(['promote', node, ...optionWords(options)]);
  }

  /** Live settings: `{ sync: 'all', writeTimeout: '1s' }`. */
  set(settings: Settings): Promise<Ran> {
    return this.run(['set', ...optionWords(settings).map((word) => word.replace(/^--/, ''))]);
  }

  /** Groups as in `n1,n2/n3`; nodes not named form one more. */
  partition(groups: string, options: FaultOptions = {}): Promise<Fault> {
    return this.#fault(['partition', groups], options);
  }

  /** `n1:n2`: what n1 sends to n2 is held back; the other way passes. */
  cut(link: string, options: FaultOptions = {}): Promise<Fault> {
    return this.#fault(['cut', link], options);
  }

  isolate(node: string, options: FaultOptions = {}): Promise<Fault> {
    return this.#fault(['isolate', node], options);
  }

  /** `{ delay: '50ms', jitter: '5ms', bandwidth: '1MB/s', loss: '1%', both: true, … }`. */
  link(link: string, options: FaultOptions): Promise<Fault> {
    return this.#fault(['link', link], options);
  }

  /** Every other fault, by its command: `fault('limit n1 100/s')`, `fault('disk n2 full')`. */
  fault(line: string, options: FaultOptions = {}): Promise<Fault> {
    return this.#fault(wordsOf(line), options);
  }

  /** Ends all faults. */
  heal(): Promise<Ran> {
    return this.run(['heal']);
  }

  /** Until it is so; throws ReplabError `timeout` with what was missing. */
  wait(
    condition: ConditionName,
    options: { readonly shard?: number; readonly timeout?: Duration } = {},
  ): Promise<Ran> {
    return this.run(['wait', condition, ...optionWords(options)]);
  }

  /** JSONata over a fresh snapshot, as `replab expect`. Null: it cannot be told. */
  async holds(expression: string, options: { readonly within?: Duration } = {}): Promise<boolean | null> {
    const { exit } = await this.run(['expect', expression, ...optionWords(options)]);
    return exit === 2 ? null : exit === 0;
  }

  /** What happened since event number `after`. */
  async events(after = 0): Promise<readonly ClusterEvent[]> {
    const { document } = await this.run(['events', `--after=${after}`]);
    return document['items'] as readonly ClusterEvent[];
  }

  /** Empty disks, no fault, n1 leading: a fresh cluster in tens of milliseconds. */
  reset(): Promise<Ran> {
    return this.run(['reset']);
  }

  /** Every process of it ends, and its data are removed. Once is enough. */
  async down(): Promise<void> {
    this.#connection.close();
    const ended = await start(['down'], { cluster: this.name }).ended;
    await this.#up?.ended;
    const error = errorIn(ended.document);
    if (error !== null && error.code !== 'no-such-cluster') throw error;
  }

  /** As `down` for a cluster that this process started; one it only connected to stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#up === null) this.#connection.close();
    else await this.down();
  }

  async #fault(words: readonly string[], options: FaultOptions): Promise<Fault> {
    const { document } = await this.run([...words, ...optionWords(options)]);
    const { id, text } = document as unknown as Pick<Fault, 'id' | 'text'>;
    return {
      id,
      text,
      heal: async () => {
        const healed = (await this.run(['heal', id])).document['healed'] as readonly {
          readonly hit: HitView;
        }[];
        return healed[0]?.hit ?? null;
      },
    };
  }
}

function throwItsError({ document }: Ran): never {
  throw errorIn(document) ?? new ReplabError('internal', { message: 'up ended without a cluster' });
}

function freshName(): string {
  return `t-${process.pid}-${randomBytes(3).toString('hex')}`;
}

function wordsOf(line: string): readonly string[] {
  const split = splitWords(line);
  if (split.type !== 'words') throw new ReplabError('usage', { message: `This is no command line: ${line}` });
  const words = split.words.map(({ text }) => text);
  return words[0] === 'replab' ? words.slice(1) : words;
}
