import { createServer, type Server, type Socket } from 'node:net';
import type { Outcome, Request, RequestId } from '../protocol/request.ts';
import type { Clock } from '../protocol/turn.ts';
import { ClientConnection } from './client-connection.ts';
import type { Counters } from './counters.ts';
import { Fifo } from './fifo.ts';
import { listenLocally } from './receiver.ts';
import type { ServedNode } from './resp-commands/command.ts';
import { commands } from './resp-commands/commands.ts';
import type { Source, Taken } from './source.ts';

export interface ClientPortOptions {
  readonly node: ServedNode;
  readonly counters: Counters;
  nextRequestId(): RequestId;
  /** A request waits. */
  onRequest(): void;
}

interface Asked {
  readonly id: RequestId;
  readonly request: Request;
  readonly bytes: number;
  readonly connection: ClientConnection;
  readonly answer: (outcome: Outcome) => void;
}

const stoppingRefusal: Outcome = { type: 'refused', code: 'turn-failed', detail: 'this node is stopping' };

/** Where clients come in: RESP on a port of 127.0.0.1 (design §14, R1–R3). A source of requests for turns. */
export class ClientPort implements Source {
  readonly #options: ClientPortOptions;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  /** Read and not yet stepped, in order of arrival. */
  readonly #waiting = new Fifo<Asked>();
  /** Stepped and not yet answered. */
  readonly #open = new Map<RequestId, Asked>();
  #connectionIds = 0;
  #stopping = false;

  constructor(options: ClientPortOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** The port on 127.0.0.1. */
  async listen(): Promise<number> {
    return listenLocally(this.#server);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get connections(): number {
    return this.#connections.size;
  }

  take({ now, wall }: Clock): Taken | null {
    for (;;) {
      const asked = this.#waiting.shift();
      if (asked === undefined) return null;
      if (asked.connection.closed) {
        this.#options.counters.count('client-gone');
        continue;
      }
      this.#open.set(asked.id, asked);
      return {
        input: { type: 'request', id: asked.id, request: asked.request, now, wall },
        bytes: asked.bytes,
      };
    }
  }

  /** False when no client asked that. */
  reply(id: RequestId, outcome: Outcome): boolean {
    const asked = this.#open.get(id);
    if (asked === undefined) return false;
    this.#open.delete(id);
    asked.answer(outcome);
    return true;
  }

  /** Answers what is open: unknown when it was stepped, refused when it was not. Ends every connection. */
  stop(): void {
    this.#stopping = true;
    this.#server.close();
    for (const { answer } of this.#open.values()) answer({ type: 'unknown', code: 'node-stopping' });
    this.#open.clear();
    for (let asked = this.#waiting.shift(); asked !== undefined; asked = this.#waiting.shift()) {
      asked.answer(stoppingRefusal);
    }
    for (const connection of this.#connections) connection.end();
  }

  /** Ends at once what is left of `stop`. */
  destroy(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(socket: Socket): void {
    this.#connectionIds += 1;
    const { node, counters } = this.#options;
    const connection = new ClientConnection({
      id: this.#connectionIds,
      socket,
      node,
      commands,
      counters,
      submit: (from, request, bytes, answer) => this.#submit(from, request, bytes, answer),
      onClose: (closed) => this.#connections.delete(closed),
    });
    this.#connections.add(connection);
  }

  #submit(connection: ClientConnection, request: Request, bytes: number, answer: Asked['answer']): void {
    if (this.#stopping) {
      answer(stoppingRefusal);
      return;
    }
    this.#waiting.push({ id: this.#options.nextRequestId(), request, bytes, connection, answer });
    this.#options.onRequest();
  }
}
