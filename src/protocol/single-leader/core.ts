import { sameBallot, type Ballot, type Position } from '../position.ts';
import { messageClasses } from '../message-class.ts';
import type { NodeId } from '../node-id.ts';
import type { Boot, Effect, TraceName } from '../protocol.ts';
import type { Outcome, RequestId } from '../request.ts';
import type { Store } from '../store.ts';
import type { SingleLeaderMessage } from './message.ts';
import { parseSettings, type Settings } from './settings.ts';
import { assert } from '../../lib/assert.ts';
import { parseDuration } from '../../lib/duration.ts';

/** What both roles share: who this is, its store, the time, and the effects of the present step. */
export class Core {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly peers: readonly NodeId[];
  readonly store: Store;
  readonly rng: Boot['rng'];
  readonly options: Boot['options'];
  readonly electionTimeoutMs: number;
  /** P7: the traffic of all-pairs heartbeats must not grow with the square of the members. */
  readonly heartbeatMs: number;
  now = 0;
  /** The end of the log as of the last commit; the store also shows what the running turn wrote. */
  durable: Position;
  /** The highest position known to be covered by the leader's acknowledgement rule. */
  committed: Position;
  #effects: Effect[] = [];
  #inForce: { readonly settings: Settings; readonly index: number } | null = null;

  constructor(boot: Boot) {
    this.self = boot.self;
    this.members = boot.members;
    this.peers = boot.members.filter((member) => member !== boot.self);
    this.store = boot.store;
    this.rng = boot.rng;
    this.options = boot.options;
    this.electionTimeoutMs = parseDuration(boot.options['election-timeout'] ?? '1500ms')!;
    this.heartbeatMs = Math.max(100, 10 * this.peers.length);
    this.durable = boot.store.log.last();
    this.committed = boot.store.log.base();
  }

  get promised(): Ballot {
    return this.store.local.get().promised;
  }

  /** The newest config entry in the log, or what the cluster was made with while there is none. */
  get settings(): Settings {
    return this.#config().settings;
  }

  /** Where that entry is; 0 while there is none. */
  get configIndex(): number {
    return this.#config().index;
  }

  /** To be called whenever a config entry entered or left the log. */
  settingsChanged(): void {
    this.#inForce = null;
  }

  send(to: NodeId, message: SingleLeaderMessage): void {
    this.#effects.push({ type: 'send', to, lane: messageClasses[message.class].lane, message });
  }

  reply(id: RequestId, outcome: Outcome): void {
    this.#effects.push({ type: 'reply', id, outcome });
  }

  timer(name: string, at: number | null): void {
    this.#effects.push({ type: 'timer', name, at });
  }

  trace(name: TraceName, fields: Readonly<Record<string, string | number | boolean | null>>): void {
    this.#effects.push({ type: 'trace', event: { name, fields } });
  }

  takeEffects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /**
   * A log that does not reach into the promised epoch may end in a tail that epoch's leader never had.
   * Reads of it could show what is about to be taken back (F3).
   */
  tailInDoubt(): boolean {
    const last = this.store.log.last();
    return last.index > 0 && !sameBallot(last.epoch, this.promised);
  }

  #config(): { readonly settings: Settings; readonly index: number } {
    this.#inForce ??= this.#readConfig();
    return this.#inForce;
  }

  #readConfig(): { readonly settings: Settings; readonly index: number } {
    const newest = this.store.log.newest('config');
    const texts = newest?.body.kind === 'config' ? (newest.body.config as Boot['options']) : this.options;
    const settings = parseSettings(texts, this.members);
    assert(typeof settings !== 'string', 'a config entry holds valid settings', { settings });
    return { settings, index: newest?.at.index ?? 0 };
  }
}
