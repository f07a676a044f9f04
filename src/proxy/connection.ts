import { connect, type Socket } from 'node:net';
import { senderOf } from '../faults/flow.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { LostInFlight } from './message.ts';
import type { FlowState } from './flow-state.ts';
import { Pipe, type PipeLink } from './pipe.ts';
import type { Scanner } from './scanner.ts';
import { reset, socketOptions } from './socket.ts';

/** What a connection needs of its link. */
export interface ConnectionLink extends PipeLink {
  readonly forward: FlowState;
  readonly back: FlowState;
  /** Fresh for each connection: a scanner remembers where it is in the stream. */
  scanners(): { readonly forward: Scanner; readonly back: Scanner };
  /** Where the dialled node listens now, or null while it is down. */
  upstreamPort(): number | null;
  /** Both sides are closed. */
  forget(connection: Connection): void;
}

/**
 * Two sockets and a pipe each way: `dialler` was accepted from the node (or client) the link is from, `dialled`
 * goes to the node it is to. It is dialled as soon as the forward flow passes, which may be at the heal (T8).
 */
export class Connection {
  readonly #link: ConnectionLink;
  readonly #dialler: Socket;
  #dialled: Socket | null = null;
  #refused = false;
  readonly #forward: Pipe;
  readonly #back: Pipe;

  constructor(link: ConnectionLink, dialler: Socket) {
    const scanners = link.scanners();
    this.#link = link;
    this.#dialler = dialler;
    this.#forward = new Pipe(link.forward, scanners.forward, link, this);
    this.#back = new Pipe(link.back, scanners.back, link, this);
    this.#watch(dialler, this.#forward, this.#back);
    this.#forward.readFrom(dialler);
    this.#back.writeTo(dialler);
    if (this.#cutOff()) return;
    if (link.forward.state === 'hold') this.#forward.touch();
    this.#dial();
  }

  get waiting(): { readonly forward: number; readonly back: number } {
    return { forward: this.#forward.waitingBytes, back: this.#back.waitingBytes };
  }

  /** The link's flows have been judged anew. */
  rejudged(): void {
    if (this.#cutOff()) return;
    if (this.#dialled === null && this.#link.forward.state === 'hold' && !this.#refused)
      this.#forward.touch();
    this.#forward.rejudged();
    this.#back.rejudged();
    this.#dial();
  }

  /** Resets both sides now, whatever holds; answers with what `node` had sent and was still waiting (P6). */
  discard(node: NodeId): LostInFlight {
    const lost = [this.#forward, this.#back]
      .filter((pipe) => senderOf(pipe.flow) === node)
      .map((pipe) => pipe.waiting);
    this.reset();
    return {
      frames: lost.reduce((sum, each) => sum + each.frames, 0),
      bytes: lost.reduce((sum, each) => sum + each.bytes, 0),
    };
  }

  reset(): void {
    this.#forward.die();
    this.#back.die();
    reset(this.#dialler);
    if (this.#dialled !== null) reset(this.#dialled);
  }

  /** A flow that is reset has no connections: this one ends, now, and both sides see it. */
  #cutOff(): boolean {
    const flows = [this.#link.forward, this.#link.back].filter(({ state }) => state === 'reset');
    if (flows.length === 0) return false;
    for (const hit of new Set(flows.flatMap(({ hits }) => hits))) {
      hit.addBytes(this, 0);
      hit.count('reset', 1);
    }
    this.reset();
    return true;
  }

  #dial(): void {
    if (this.#dialled !== null || this.#refused || this.#dialler.destroyed) return;
    if (this.#link.forward.state !== 'pass') return;
    const port = this.#link.upstreamPort();
    if (port === null) return this.#refuse();
    this.#dialled = connect({ host: '127.0.0.1', port, ...socketOptions });
    this.#watch(this.#dialled, this.#back, this.#forward);
    this.#back.readFrom(this.#dialled);
    this.#forward.writeTo(this.#dialled);
  }

  /** The kernel of a host where nobody listens answers with RST, on the way back. */
  #refuse(): void {
    this.#refused = true;
    this.#forward.die();
    this.#back.abort();
  }

  /**
   * A socket closes well when both FINs went through it. Anything else is a reset by its owner: passed on as
   * what its owner says (`says`), while nothing can reach it any more (`hears`).
   */
  #watch(socket: Socket, says: Pipe, hears: Pipe): void {
    // Never left without a listener; what it means is decided at 'close', which always follows.
    socket.on('error', () => {});
    socket.on('close', (failed) => {
      if (failed || !says.ended) says.abort();
      hears.die();
      if (this.#dialler.destroyed && (this.#dialled === null || this.#dialled.destroyed))
        this.#link.forget(this);
    });
  }
}
