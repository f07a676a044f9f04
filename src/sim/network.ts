import type { Rng } from '../lib/rng.ts';
import type { Flow } from '../faults/fault.ts';
import type { Judgement } from '../faults/faults.ts';
import type { Lane } from '../protocol/message-class.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';
import { BadLinks } from './bad-links.ts';
import type { Connection, Fate, Frame, Sender } from './connection.ts';
import { flowOf, Flows } from './flows.ts';
import { replacedBy } from './coalesce.ts';
import { drawMs, type Range, type Scheduler } from './scheduler.ts';

export interface NetworkOptions {
  /** One way, drawn for every frame; a lane stays FIFO, lanes overtake each other. */
  readonly latencyMs: Range;
  /** Frame faults that B0.2 calls legal: chances per frame. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** From the loss of a connection to the next dial (T7). */
  readonly backoffMs: Range;
}

export interface NetworkHooks {
  /** Where a process runs now; null while the node is down. */
  bootOf(node: NodeId): number | null;
  /** This very process: another disk of its node counts the same boots again. */
  runs(sender: Sender): boolean;
  /** The shared verdict: what the faults in force make of this flow. */
  judge(flow: Flow): Judgement;
  arrive(to: NodeId, from: Sender, message: Message, lane: Lane): void;
  /** For the dialogue and the counts. `held` is told once, when a frame first meets a hold. */
  tell(fate: Fate, from: Sender, to: NodeId, message: Message): void;
}

/** The sending side of a lane: its connection, or what waits for the next dial, never both. */
interface Line {
  connection: Connection | null;
  waiting: Message[];
  redialAt: number;
  redialSet: boolean;
  dials: number;
}

/** What a receiving process knows of a sender: the newest hello, and its connection per lane (T4). */
interface Acquaintance {
  disk: DiskId;
  boot: number;
  readonly lanes: Map<Lane, Connection>;
}

/** T6: so many messages wait for a dial, after those that a newer one replaced. */
const maxWaiting = 64;

/**
 * Links between nodes as protocols.md B4 has them: a FIFO lane is one connection after another, what a
 * lost connection carried is lost (T5), a hold keeps frames and lets them arrive late (T8), and a
 * receiver takes nothing from an older boot once it met a newer one (T4).
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly #hooks: NetworkHooks;
  readonly #clock: Scheduler;
  readonly #rng: Rng;
  readonly #lines = new Map<string, Line>();
  readonly #connections = new Set<Connection>();
  readonly #flows: Flows;
  readonly #badLinks: BadLinks;
  readonly #met = new Map<string, Acquaintance>();
  /** Off in the liveness phase: links are perfect again. */
  frameFaults = true;

  constructor(options: NetworkOptions, hooks: NetworkHooks, clock: Scheduler, rng: Rng) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#rng = rng;
    this.#flows = new Flows((flow) => hooks.judge(flow), clock, rng.fork('links'));
    this.#badLinks = new BadLinks(this.#flows, clock, {
      tell: (fate, frame) => this.#tell(fate, frame),
      arrive: (frame) => this.#atReceiver(frame),
    });
  }

  send(sender: Sender, to: NodeId, lane: Lane, message: Message): void {
    const line = this.#line(sender, to, lane);
    if (line.connection !== null) this.#put(line.connection, message);
    else if (this.#clock.now >= line.redialAt) this.#put(this.#dial(sender, to, lane, line), message);
    else this.#wait(sender, to, lane, line, message);
  }

  /** The faults in force changed: what no longer is held goes on its way, in order; what is reset ends. */
  verdictsChanged(): void {
    for (const connection of [...this.#connections]) {
      if (this.#state(connection) === 'reset') this.#kill(connection);
      else {
        this.#badLinks.rejudge(connection);
        if (connection.held.length > 0 && !this.#held(connection)) this.#drain(connection);
      }
    }
  }

  /** Both ends see their connections of this lane reset, as T7 counts on now and then. */
  reset(from: NodeId, to: NodeId, lane: Lane): void {
    for (const connection of [...this.#connections]) {
      const { sender } = connection;
      if (sender.node === from && connection.to === to && connection.lane === lane) this.#kill(connection);
    }
  }

  /** The process of `node` is gone. `keep`: what it wrote before is still under way (`kill --process`, P6). */
  down(node: NodeId, keep: boolean): void {
    for (const connection of [...this.#connections]) {
      if (connection.to === node) {
        if (connection.toBoot !== null) this.#kill(connection);
      } else if (connection.sender.node === node && !keep) this.#bury(connection);
    }
    for (const key of [...this.#lines.keys()]) {
      if (key.startsWith(`${node}>`)) this.#lines.delete(key);
    }
    for (const key of [...this.#met.keys()]) {
      if (key.startsWith(`${node}<`)) this.#met.delete(key);
    }
  }

  #line(sender: Sender, to: NodeId, lane: Lane): Line {
    const key = `${sender.node}>${to}/${lane}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { connection: null, waiting: [], redialAt: 0, redialSet: false, dials: 0 };
      this.#lines.set(key, line);
    }
    return line;
  }

  #dial(sender: Sender, to: NodeId, lane: Lane, line: Line): Connection {
    line.dials += 1;
    const connection: Connection = {
      sender,
      to,
      lane,
      dial: line.dials,
      toBoot: null,
      dead: false,
      held: [],
      passage: null,
      wakeAt: Infinity,
      draining: false,
      lastArrival: 0,
    };
    line.connection = connection;
    this.#connections.add(connection);
    if (this.#state(connection) === 'reset') this.#kill(connection);
    else if (!this.#held(connection)) this.#dialOn(connection);
    return connection;
  }

  /** The proxy accepted; now it dials the node itself, which may be down. */
  #dialOn(connection: Connection): void {
    connection.toBoot = this.#hooks.bootOf(connection.to);
    if (connection.toBoot === null) this.#kill(connection);
  }

  #wait(sender: Sender, to: NodeId, lane: Lane, line: Line, message: Message): void {
    const replaced = replacedBy(message, line.waiting);
    const dropped = replaced < 0 ? [] : line.waiting.splice(replaced, 1);
    line.waiting.push(message);
    if (line.waiting.length > maxWaiting) dropped.push(line.waiting.pop()!);
    for (const one of dropped) this.#hooks.tell('lost', sender, to, one);
    if (line.redialSet) return;
    line.redialSet = true;
    this.#clock.after(line.redialAt - this.#clock.now, () => {
      if (!this.#hooks.runs(sender) || line.waiting.length === 0) return;
      line.redialSet = false;
      const connection = this.#dial(sender, to, lane, line);
      for (const one of line.waiting.splice(0)) this.#put(connection, one);
    });
  }

  #put(connection: Connection, message: Message): void {
    const frame = { message, connection };
    const { loss, duplicate, reorder } = this.#options;
    if (connection.dead || (this.frameFaults && this.#rng.chance(loss))) {
      this.#tell('lost', frame);
      return;
    }
    if (this.frameFaults && this.#rng.chance(duplicate)) this.#stray(frame);
    if (this.frameFaults && this.#rng.chance(reorder)) this.#stray(frame);
    else this.#carry(frame);
  }

  /** A frame that leaves its line: later frames overtake it. */
  #stray(frame: Frame): void {
    const [low, high] = this.#options.latencyMs;
    this.#clock.after(drawMs(this.#rng, [low, 4 * high + 10]), () => this.#atProxy(frame));
  }

  #carry(frame: Frame): void {
    const { connection } = frame;
    const at = Math.max(this.#clock.now + drawMs(this.#rng, this.#options.latencyMs), connection.lastArrival);
    connection.lastArrival = at;
    this.#clock.after(at - this.#clock.now, () => this.#atProxy(frame));
  }

  #atProxy(frame: Frame): void {
    const { connection } = frame;
    if (connection.dead) this.#tell('lost', frame);
    else if (connection.held.length > 0 || this.#held(connection)) {
      connection.held.push(frame);
      if (this.#held(connection)) this.#tell('held', frame);
    } else this.#badLinks.pass(frame);
  }

  /** After a heal: held frames arrive in order, and before what arrives meanwhile. */
  #drain(connection: Connection): void {
    if (connection.draining) return;
    connection.draining = true;
    this.#clock.after(drawMs(this.#rng, this.#options.latencyMs), () => {
      connection.draining = false;
      if (this.#held(connection)) return;
      for (const frame of connection.held.splice(0)) this.#badLinks.pass(frame);
    });
  }

  #tell(fate: Fate, { connection: { sender, to }, message }: Frame): void {
    this.#hooks.tell(fate, sender, to, message);
  }

  #atReceiver({ connection, message }: Frame): void {
    const { sender, to, lane } = connection;
    if (connection.toBoot === null) this.#dialOn(connection);
    if (connection.dead || !this.#welcome(connection)) {
      this.#hooks.tell(connection.dead ? 'lost' : 'outdated', sender, to, message);
      return;
    }
    this.#hooks.tell('delivered', sender, to, message);
    this.#hooks.arrive(to, sender, message, lane);
  }

  /** T4: the hello that opens every connection decides whether its messages count. */
  #welcome(connection: Connection): boolean {
    const { sender, to, lane, dial } = connection;
    const key = `${to}<${sender.node}`;
    const known = this.#met.get(key);
    if (known === undefined || (sender.disk - known.disk || sender.boot - known.boot) > 0) {
      this.#met.set(key, { disk: sender.disk, boot: sender.boot, lanes: new Map([[lane, connection]]) });
      return true;
    }
    if (sender.disk !== known.disk || sender.boot !== known.boot) return false;
    const current = known.lanes.get(lane);
    if (current !== undefined && current.dial > dial) return false;
    known.lanes.set(lane, connection);
    return true;
  }

  #held(connection: Connection): boolean {
    return this.#state(connection) === 'hold';
  }

  #state(connection: Connection): Judgement['state'] {
    return this.#flows.of(flowOf(connection)).state;
  }

  /** Nothing of it arrives, and its sender will see the reset, unless the way back is held. */
  #kill(connection: Connection): void {
    this.#bury(connection);
    const { sender, to, lane } = connection;
    const notice = (): void => {
      if (!this.#hooks.runs(sender)) return;
      if (this.#flows.of({ from: sender.node, to, direction: 'back' }).state === 'hold') {
        this.#clock.after(drawMs(this.#rng, [20, 100]), notice);
        return;
      }
      const line = this.#line(sender, to, lane);
      if (line.connection !== connection) return;
      line.connection = null;
      line.redialAt = this.#clock.now + drawMs(this.#rng, this.#options.backoffMs);
    };
    this.#clock.after(drawMs(this.#rng, this.#options.latencyMs), notice);
  }

  #bury(connection: Connection): void {
    connection.dead = true;
    for (const frame of [...connection.held.splice(0), ...this.#badLinks.clear(connection)]) {
      this.#tell('lost', frame);
    }
    this.#connections.delete(connection);
  }
}
