import { latencyMs, type Regions } from '../cluster/regions.ts';
import { createRng, type Rng } from '../lib/rng.ts';
import type { ActiveFault, FaultParams, Flow } from '../faults/fault.ts';
import { addFault, conditionsOf, formatFault, verdictOf, type Judgement } from '../faults/faults.ts';
import { receiverOf, senderOf } from '../faults/flow.ts';
import { distanceShape } from '../faults/shape.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Effect, Message, Mode, ModeOptions } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { Fate, Sender } from './connection.ts';
import { Network, type NetworkOptions } from './network.ts';
import type { CommitFailure, MemoryStore } from './memory-store.ts';
import { calendarStart } from './machine.ts';
import { SimNode } from './node.ts';
import type { NodeOptions, Turn } from './turn.ts';
import { Scheduler } from './scheduler.ts';

export interface WorldOptions {
  readonly seed: number | string;
  readonly nodes: readonly NodeId[];
  readonly modeOptions: ModeOptions;
  readonly network: NetworkOptions;
  readonly node: NodeOptions;
  /** Null or left out: no place is far from another. */
  readonly regions?: Regions | null;
}

/** What a world is made of. */
export interface WorldParts {
  readonly mode: Mode;
  disk(disk: DiskId): MemoryStore;
}

/** What happened, for those who judge it, count it or tell it. All are called in order of events. */
export interface Watcher {
  /** After every turn's commit, before any of its effects left the node. */
  turned?(turn: Turn): void;
  started?(node: SimNode): void;
  /** `replaced`: it will come back with an empty disk. */
  downed?(node: SimNode): void;
  wiped?(node: SimNode): void;
  told?(fate: Fate, from: Sender, to: NodeId, message: Message): void;
  /** Something done to the world, in words: `kill n1`, `isolate n3`. */
  noted?(what: string): void;
}

const good: Judgement = { state: 'pass', by: [], shape: [] };

type ReplyTo = (outcome: Outcome | null) => void;

/**
 * The same replicas and turn host as the node process, in virtual time: nodes, the network between them,
 * and the faults in force. Everything random is drawn from the seed, so a seed is a run.
 */
export class World {
  readonly options: WorldOptions;
  readonly clock = new Scheduler();
  readonly rng: Rng;
  readonly network: Network;
  readonly nodes: ReadonlyMap<NodeId, SimNode>;
  readonly watchers: Watcher[] = [];
  readonly #parts: WorldParts;
  readonly #open = new Map<string, ReplyTo>();
  #faults: readonly ActiveFault[] = [];
  #faultCount = 0;
  #requests = 0;

  constructor(options: WorldOptions, parts: WorldParts) {
    this.options = options;
    this.#parts = parts;
    this.rng = createRng(options.seed);
    this.network = new Network(
      options.network,
      {
        bootOf: (node) => this.node(node).boot,
        runs: ({ node, disk, boot }) => this.node(node).disk === disk && this.node(node).boot === boot,
        judge: (flow) => this.judge(flow),
        arrive: (to, from, message, lane) => {
          const { node, disk, boot } = from;
          this.node(to).arrive({ type: 'message', from: node, disk, boot, message }, lane);
        },
        tell: (fate, from, to, message) => this.#each((watcher) => watcher.told?.(fate, from, to, message)),
      },
      this.clock,
      this.rng.fork('network'),
    );
    this.nodes = new Map(options.nodes.map((id) => [id, this.#makeNode(id)]));
  }

  get faults(): readonly ActiveFault[] {
    return this.#faults;
  }

  node(id: NodeId): SimNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new RangeError(`the world has no node ${id}`);
    return node;
  }

  judge(flow: Flow): Judgement {
    const regions = this.options.regions ?? undefined;
    if (regions === undefined) return this.#faults.length === 0 ? good : verdictOf(this.#faults, flow);
    const base = distanceShape(latencyMs(regions, senderOf(flow), receiverOf(flow)));
    return verdictOf(this.#faults, flow, base);
  }

  /** False: counting a boot is a write, and its disk is full. */
  start(id: NodeId): boolean {
    const node = this.node(id);
    if (node.conditions.diskFull) {
      this.note(`start ${id}, which cannot: its disk is full`);
      return false;
    }
    this.note(`start ${id}`);
    node.start();
    this.#each((watcher) => watcher.started?.(node));
    return true;
  }

  /**
   * The machine dies, and with it what its disk may forget; answers how many commits that were. `keep`: the
   * process alone dies, and what it wrote is still under way (`kill --process`, P6).
   */
  kill(id: NodeId, keep = false): number {
    this.note(keep ? `kill --process ${id}` : `kill ${id}`);
    this.node(id).kill();
    this.network.down(id, keep);
    for (const [key, replyTo] of [...this.#open]) {
      if (!key.startsWith(`${id}#`)) continue;
      this.#open.delete(key);
      replyTo(null);
    }
    this.#each((watcher) => watcher.downed?.(this.node(id)));
    const commits = keep ? 0 : this.node(id).loseUnsynced();
    if (commits === 0) return 0;
    this.note(`${id} has lost ${commits} commits that were not fsynced`);
    this.#each((watcher) => watcher.wiped?.(this.node(id)));
    return commits;
  }

  wipe(id: NodeId): void {
    this.note(`wipe ${id}`);
    this.node(id).wipe();
    this.#each((watcher) => watcher.wiped?.(this.node(id)));
  }

  save(id: NodeId): void {
    this.note(`disk ${id} save`);
    this.node(id).save();
  }

  restore(id: NodeId): void {
    this.note(`disk ${id} restore`);
    this.node(id).restore();
    this.#each((watcher) => watcher.wiped?.(this.node(id)));
  }

  pause(id: NodeId): void {
    this.note(`pause ${id}`);
    this.node(id).pause();
  }

  resume(id: NodeId): void {
    this.note(`resume ${id}`);
    this.node(id).resume();
  }

  failNextCommit(id: NodeId, how: CommitFailure): void {
    this.note(`fail the next commit of ${id} (${how})`);
    this.node(id).store.failNextCommit(how);
  }

  failNextWrite(id: NodeId): void {
    this.note(`the disk of ${id} is full for a moment`);
    this.node(id).store.failNextWrite();
  }

  fault(params: FaultParams): string {
    this.note(formatFault(params));
    this.#faultCount += 1;
    const added = addFault(this.#faults, {
      id: `f${this.#faultCount}`,
      since: calendarStart + this.clock.now,
      params,
    });
    this.#inForce(added.faults);
    return added.fault.id;
  }

  /** One fault, or all of them. */
  heal(id: string | null = null): void {
    this.note(id === null ? 'heal' : `heal ${id}`);
    this.#inForce(id === null ? [] : this.#faults.filter((fault) => fault.id !== id));
  }

  /** A request number of this node's, and who gets the answer: null when the node dies first. */
  expectReply(node: NodeId, replyTo: ReplyTo): RequestId {
    this.#requests += 1;
    this.#open.set(`${node}#${this.#requests}`, replyTo);
    return this.#requests;
  }

  /** The asker is gone: whatever the answer, nobody hears it. */
  forgetReply(node: NodeId, id: RequestId): void {
    this.#open.delete(`${node}#${id}`);
  }

  note(what: string): void {
    this.#each((watcher) => watcher.noted?.(what));
  }

  /** Until virtual time `at`, or until `done`. */
  run(at: number, done: () => boolean = () => false): void {
    while (!done() && this.clock.next(at));
    if (!done()) this.clock.skipTo(at);
  }

  #inForce(faults: readonly ActiveFault[]): void {
    this.#faults = faults;
    this.network.verdictsChanged();
    for (const node of this.nodes.values()) node.conditions = conditionsOf(faults, node.id);
  }

  #makeNode(id: NodeId): SimNode {
    const { mode, disk } = this.#parts;
    const { nodes: members, modeOptions: options, node } = this.options;
    return new SimNode(
      id,
      node,
      {
        replica: (self, store, rng) => mode.create({ self, members, options, store, rng }),
        send: (sender, effect) => this.#send(sender, effect),
        reply: (from, request, outcome) => this.#reply(from, request, outcome),
        turned: (turn) => this.#each((watcher) => watcher.turned?.(turn)),
        disk,
      },
      this.clock,
      this.rng.fork(`node ${id}`),
    );
  }

  #send(sender: Sender, { to, lane, message }: Extract<Effect, { type: 'send' }>): void {
    this.network.send(sender, to, lane, message);
  }

  #reply(node: NodeId, id: RequestId, outcome: Outcome): void {
    const key = `${node}#${id}`;
    const replyTo = this.#open.get(key);
    this.#open.delete(key);
    replyTo?.(outcome);
  }

  #each(tell: (watcher: Watcher) => void): void {
    for (const watcher of this.watchers) tell(watcher);
  }
}
