import { createServer, type Server, type Socket } from 'node:net';
import type { Outcome, RequestId } from '../protocol/request.ts';
import { ClientConnection, type Submitted } from './client-connection.ts';
import type { Counters } from './counters.ts';
import { listenLocally } from './receiver.ts';
import type { ServedNode } from './resp-commands/command.ts';
import type { ClientPorts } from './resp-outcome.ts';
import { RequestQueue, type Gate } from './request-queue.ts';
import { commands } from './resp-commands/commands.ts';

export interface ClientPortOptions {
  readonly node: ServedNode;
  readonly counters: Counters;
  /** When requests may be taken. */
  readonly gate: Gate;
  nextRequestId(): RequestId;
  /** A request waits for that shard. */
  onRequest(shard: number): void;
}

const stoppingRefusal: Outcome = { type: 'refused', code: 'turn-failed', detail: 'this node is stopping' };

/** Where clients come in: RESP on a port of 127.0.0.1 (design §14, R1–R3). */
export class ClientPort {
  /** What clients ask of the replica of each shard. */
  readonly requests: readonly RequestQueue[];
  readonly #options: ClientPortOptions;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<ClientConnection>();
  #connectionIds = 0;
  #stopping = false;

  constructor(options: ClientPortOptions) {
    this.#options = options;
    const { counters, gate, node } = options;
    this.requests = Array.from({ length: node.shards }, () => new RequestQueue(counters, gate, node.now));
  }

  /** A port on 127.0.0.1. `ports`: where those who come in there reach the members; else as the node knows it. */
  async listen(ports: ClientPorts = this.#options.node.clientPorts): Promise<number> {
    const node = { ...this.#options.node, clientPorts: ports };
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket, node),
    );
    this.#servers.push(server);
    return listenLocally(server);
  }

  /** Requests that wait to be stepped, and for how long the first of them has. */
  queued(): { readonly requests: number; readonly oldestMs: number } {
    const queued = this.requests.map((requests) => requests.queued());
    return {
      requests: queued.reduce((sum, { requests }) => sum + requests, 0),
      oldestMs: Math.max(...queued.map(({ oldestMs }) => oldestMs)),
    };
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Answers what is open: unknown when it was stepped, refused when it was not. Ends every connection. */
  stop(): void {
    this.#stopping = true;
    for (const server of this.#servers) server.close();
    for (const requests of this.requests) {
      requests.answerAll({ type: 'unknown', code: 'node-stopping' }, stoppingRefusal);
    }
    for (const connection of this.#connections) connection.end();
  }

  /** Ends at once what is left of `stop`. */
  destroy(): void {
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(socket: Socket, node: ServedNode): void {
    this.#connectionIds += 1;
    const { counters } = this.#options;
    const connection = new ClientConnection({
      id: this.#connectionIds,
      socket,
      node,
      commands,
      counters,
      submit: (from, route, asked) => this.#submit(from, route, asked),
      onRoom: (reading) => this.#revive(reading),
      onClose: (closed) => {
        this.#connections.delete(closed);
        this.#revive(closed);
      },
    });
    this.#connections.add(connection);
  }

  #submit(from: ClientConnection, route: number | 'every', submitted: Submitted): void {
    if (this.#stopping) submitted.answer(stoppingRefusal);
    else if (route === 'every') this.#submitToEvery(from, submitted);
    else this.#add(from, route, submitted);
  }

  /** The answer is that of all shards together. */
  #submitToEvery(from: ClientConnection, { request, bytes, answer }: Submitted): void {
    const outcomes: Outcome[] = [];
    const collect = (outcome: Outcome): void => {
      outcomes.push(outcome);
      if (outcomes.length === this.requests.length) answer(sumOf(outcomes));
    };
    for (const shard of this.requests.keys()) this.#add(from, shard, { request, bytes, answer: collect });
  }

  #add(from: ClientConnection, shard: number, submitted: Submitted): void {
    this.requests[shard]!.add(from, { id: this.#options.nextRequestId(), ...submitted });
    this.#options.onRequest(shard);
  }

  #revive(connection: ClientConnection): void {
    for (const [shard, requests] of this.requests.entries()) {
      if (requests.revive(connection)) this.#options.onRequest(shard);
    }
  }
}

/** Of counts, their sum; else the first outcome that is none. */
function sumOf(outcomes: readonly Outcome[]): Outcome {
  let count = 0;
  for (const outcome of outcomes) {
    if (outcome.type !== 'ok' || outcome.result.kind !== 'count') return outcome;
    count += outcome.result.count;
  }
  return { ...outcomes[0]!, result: { kind: 'count', count } } as Outcome;
}
