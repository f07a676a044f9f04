import { createServer, type Server, type Socket } from 'node:net';
import type { Outcome, Request, RequestId } from '../protocol/request.ts';
import { ClientConnection } from './client-connection.ts';
import type { Counters } from './counters.ts';
import { listenLocally } from './receiver.ts';
import type { ServedNode } from './resp-commands/command.ts';
import { RequestQueue, type Gate } from './request-queue.ts';
import { commands } from './resp-commands/commands.ts';

export interface ClientPortOptions {
  readonly node: ServedNode;
  readonly counters: Counters;
  /** When requests may be taken. */
  readonly gate: Gate;
  nextRequestId(): RequestId;
  /** A request waits. */
  onRequest(): void;
}

const stoppingRefusal: Outcome = { type: 'refused', code: 'turn-failed', detail: 'this node is stopping' };

/** Where clients come in: RESP on a port of 127.0.0.1 (design §14, R1–R3). */
export class ClientPort {
  /** What clients ask of the replica. */
  readonly requests: RequestQueue;
  readonly #options: ClientPortOptions;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  #connectionIds = 0;
  #stopping = false;

  constructor(options: ClientPortOptions) {
    this.#options = options;
    this.requests = new RequestQueue(options.counters, options.gate, options.node.now);
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** The port on 127.0.0.1. */
  async listen(): Promise<number> {
    return listenLocally(this.#server);
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Answers what is open: unknown when it was stepped, refused when it was not. Ends every connection. */
  stop(): void {
    this.#stopping = true;
    this.#server.close();
    this.requests.answerAll({ type: 'unknown', code: 'node-stopping' }, stoppingRefusal);
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
      onRoom: (reading) => this.#revive(reading),
      onClose: (closed) => {
        this.#connections.delete(closed);
        this.#revive(closed);
      },
    });
    this.#connections.add(connection);
  }

  #submit(from: ClientConnection, request: Request, bytes: number, answer: (outcome: Outcome) => void): void {
    if (this.#stopping) {
      answer(stoppingRefusal);
      return;
    }
    this.requests.add(from, { id: this.#options.nextRequestId(), request, bytes, answer });
    this.#options.onRequest();
  }

  #revive(connection: ClientConnection): void {
    if (this.requests.revive(connection)) this.#options.onRequest();
  }
}
