import type { Socket } from 'node:net';
import { isWrite, type Outcome, type Request } from '../protocol/request.ts';
import type { Counters } from './counters.ts';
import type { Asker } from './request-queue.ts';
import type { Ask, CommandContext, CommandRow, ServedNode, Session } from './resp-commands/command.ts';
import { afterMulti } from './resp-commands/transactions.ts';
import { formatFailure } from './resp-outcome.ts';
import { RespParser } from './resp-parser.ts';
import { textsOf } from './resp-text.ts';
import { routeOf } from './shard-route.ts';
import { ReplyOrder, type Slot } from './reply-order.ts';
import { error, type Reply } from './resp-value.ts';

/** R1: beyond these a connection is read no further. */
const bounds = { open: 1024, unreadBytes: 16 * 1024 * 1024 };
/** How long an ended connection is still read, and what it says thrown away: closed at once, its last reply is lost. */
const lingerMs = 1000;

export interface Submitted {
  readonly request: Request;
  /** Size of the command. */
  readonly bytes: number;
  /** Called with the outcome, at most once. */
  readonly answer: (outcome: Outcome) => void;
}

export interface ClientConnectionOptions {
  readonly id: number;
  readonly socket: Socket;
  readonly node: ServedNode;
  readonly commands: ReadonlyMap<string, CommandRow>;
  readonly counters: Counters;
  /** Queues a request for the replica of a shard, or of every shard. */
  submit(from: ClientConnection, route: number | 'every', submitted: Submitted): void;
  /** Its client reads again: `canTakeReplies` may have become true. */
  onRoom(connection: ClientConnection): void;
  onClose(connection: ClientConnection): void;
}

/**
 * One client: its commands run as they arrive, its replies leave in the order of its commands, so that a write
 * that waits for its copies holds back later replies, not later commands (R1).
 * A client that has said its last (FIN) is still answered; one that is gone (reset, closed) is not (T11).
 */
export class ClientConnection implements Asker {
  readonly #options: ClientConnectionOptions;
  readonly #parser = new RespParser();
  readonly #context: CommandContext;
  readonly #replies = new ReplyOrder();
  /** The slot of the write that `session.last` tells of. */
  #lastSlot = 0;
  /** No more commands are read: the connection ends when the open ones are answered. */
  #ending = false;
  #inputEnded = false;
  #stalled = false;
  #flushing = false;
  #closed = false;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    const { id, socket, node, commands } = options;
    this.#context = { session: newSession(id, socket), node, commands };
    socket.on('data', (chunk: Buffer) => {
      if (this.#ending) return;
      this.#parser.push(chunk);
      this.#pump();
    });
    socket.on('drain', () => this.#flush());
    socket.on('end', () => {
      this.#inputEnded = true;
      this.#pump();
    });
    // 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      options.onClose(this);
    });
  }

  /** Nobody reads the replies any more. */
  get closed(): boolean {
    return this.#closed;
  }

  get canTakeReplies(): boolean {
    return this.#options.socket.writableLength + this.#replies.heldBytes < bounds.unreadBytes;
  }

  /** Reads no more; sends what is known and ends when all that is open is answered. */
  end(): void {
    this.#ending = true;
    this.#flush();
  }

  destroy(): void {
    this.#options.socket.destroy();
  }

  #pump(): void {
    while (!this.#ending && !this.#closed) {
      if (!this.#hasRoom()) {
        this.#writeReady();
        if (!this.#hasRoom()) {
          this.#stall();
          break;
        }
      }
      const parsed = this.#parser.next();
      if (parsed === null) {
        if (this.#inputEnded) this.#ending = true;
        break;
      }
      if (parsed.type === 'fault') this.#fail(parsed.text);
      else this.#execute(parsed.args, parsed.bytes);
    }
    this.#flushSoon();
  }

  #hasRoom(): boolean {
    return this.#replies.open < bounds.open && this.canTakeReplies;
  }

  #stall(): void {
    this.#stalled = true;
    this.#options.socket.pause();
  }

  /** After a breach of the protocol nothing later can be told apart: one error, in its turn, then the end. */
  #fail(text: string): void {
    this.#options.counters.count('resp-protocol');
    this.#fill(this.#replies.add(), error(text));
    this.#ending = true;
  }

  #execute(args: readonly string[], bytes: number): void {
    const name = args[0]!.toUpperCase();
    if (name === 'POST' || name === 'HOST:') {
      // A web page that was talked into speaking to this port; Redis closes these too.
      this.#options.counters.count('http-on-client-port');
      this.destroy();
      return;
    }
    const slot = this.#replies.add();
    const row = this.#context.commands.get(name);
    const wrong = row === undefined ? unknownCommand(args) : wrongArity(row, args.length - 1);
    const texts = row?.takesBytes ? args : textsOf(args);
    if (this.#context.session.inMulti && !row?.inMulti) this.#fill(slot, error(afterMulti));
    else if (row === undefined || wrong !== null) this.#fill(slot, error(wrong!));
    else if ('refusal' in texts) this.#fill(slot, error(texts.refusal));
    else if (row.afterEarlier && this.#replies.open > 1) {
      slot.deferred = () => this.#run(row, texts.slice(1), slot, bytes);
    } else this.#run(row, texts.slice(1), slot, bytes);
    if (row?.closes) this.#ending = true;
  }

  #run(row: CommandRow, args: readonly string[], slot: Slot, bytes: number): void {
    let answer;
    try {
      answer = row.run(args, this.#context);
    } catch (failure) {
      // Commands that read the node's store themselves; the replica's requests fail in their turn.
      answer = error(`REFUSED turn-failed ${failure instanceof Error ? failure.message : String(failure)}`);
    }
    if (answer.kind === 'ask') this.#ask(answer, slot, bytes);
    else this.#fill(slot, answer);
  }

  #ask(ask: Ask, slot: Slot, bytes: number): void {
    const { node } = this.#options;
    const { version } = this.#context.session;
    const route = routeOf(ask.op, node.shards, ask.shard);
    if (route === 'apart') {
      this.#fill(slot, error(formatFailure(crossShard, node.self, node.clientPorts)));
      return;
    }
    const shard = route === 'every' ? 0 : route;
    const answer = (outcome: Outcome): void => {
      if (this.#closed) return;
      this.#note(ask, shard, outcome, slot);
      const value =
        outcome.type === 'ok'
          ? ask.answer(outcome)
          : error(formatFailure(outcome, node.self, node.clientPorts));
      this.#replies.fill(slot, value, version);
      this.#flushSoon();
    };
    this.#options.submit(this, route, { request: this.#requestOf(ask, shard), bytes, answer });
  }

  #requestOf({ op }: Ask, shard: number): Request {
    const { session } = this.#context;
    const request: { -readonly [K in keyof Request]: Request[K] } = { op };
    const epochSeen = session.epochsSeen[shard];
    if (epochSeen !== undefined) request.epochSeen = epochSeen;
    const after = op.kind === 'copies' ? undefined : session.after?.[shard];
    if (after !== undefined) {
      request.after = after;
      request.waitMs = session.waitMs;
    }
    if (!isWrite(op) || session.client === null) return request;
    request.client = session.client;
    if (session.nextSeq !== null) {
      request.seq = session.nextSeq;
      session.nextSeq += 1;
    }
    return request;
  }

  #fill(slot: Slot, value: Reply): void {
    this.#replies.fill(slot, value, this.#context.session.version);
  }

  /** For WAIT and RL.LAST: the last write in the order of commands, whatever the order of outcomes. */
  #note({ op }: Ask, shard: number, outcome: Outcome, slot: Slot): void {
    if (!isWrite(op) || outcome.type === 'refused' || outcome.at === undefined) return;
    if (slot.number < this.#lastSlot) return;
    this.#lastSlot = slot.number;
    this.#context.session.last = { shard, at: outcome.at, copies: outcome.copies ?? 1 };
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // Behind the code that runs now: the replies of one turn leave in one write.
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed) return;
    this.#writeReady();
    if (this.canTakeReplies) this.#options.onRoom(this);
    if (this.#stalled && !this.#ending && this.#hasRoom()) {
      this.#stalled = false;
      this.#options.socket.resume();
      this.#pump();
    } else if (this.#ending && this.#replies.open === 0) this.#finish();
  }

  #finish(): void {
    const { socket } = this.#options;
    if (socket.writableEnded) return;
    socket.resume();
    socket.end(() => setTimeout(() => socket.destroy(), lingerMs).unref());
  }

  /** Sends the replies up to the first that is not known yet. */
  #writeReady(): void {
    const text = this.#replies.takeReady();
    if (text !== '') this.#options.socket.write(text, 'latin1');
  }
}

const crossShard = { type: 'refused', code: 'cross-shard' } as const;

function newSession(id: number, socket: Socket): Session {
  const address = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
  return {
    id,
    address,
    version: 2,
    name: '',
    libName: '',
    libVersion: '',
    client: null,
    nextSeq: null,
    epochsSeen: {},
    after: null,
    waitMs: 0,
    inMulti: false,
    last: null,
  };
}

function unknownCommand(args: readonly string[]): string {
  const shown = args.slice(1, 4).map((arg) => `'${printable(arg)}' `);
  return `ERR unknown command '${printable(args[0]!)}', with args beginning with: ${shown.join('')}`;
}

function printable(text: string): string {
  return text.slice(0, 64).replaceAll(/[^ -~]/g, '?');
}

function wrongArity({ name, arity: [least, most] }: CommandRow, count: number): string | null {
  return count < least || count > most
    ? `ERR wrong number of arguments for '${name.toLowerCase()}' command`
    : null;
}
