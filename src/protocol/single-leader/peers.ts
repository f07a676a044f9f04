import type { NodeId } from '../node-id.ts';
import { formatBallot } from '../position.ts';
import type { Core } from './core.ts';
import type { AckLevel } from './settings.ts';
import type { Stream } from './stream.ts';

/** What a leader knows of another member, served or not. */
export interface Peer {
  readonly id: NodeId;
  stream: Stream | null;
  heardAtMs: number;
  suspected: boolean;
  rttMs: number;
}

/** The other members, as the leader sees them. */
export class Peers {
  readonly #core: Core;
  readonly #peers = new Map<NodeId, Peer>();

  constructor(core: Core) {
    this.#core = core;
    for (const id of core.peers) {
      this.#peers.set(id, { id, stream: null, heardAtMs: core.now, suspected: false, rttMs: 0 });
    }
  }

  all(): Iterable<Peer> {
    return this.#peers.values();
  }

  streams(): readonly Stream[] {
    return [...this.#peers.values()].flatMap(({ stream }) => (stream === null ? [] : [stream]));
  }

  /** Any message of this epoch: the member lives. */
  heard(id: NodeId): Peer {
    const peer = this.#peers.get(id)!;
    peer.heardAtMs = this.#core.now;
    if (peer.suspected) {
      peer.suspected = false;
      this.#core.trace('unsuspected', { node: id });
    }
    return peer;
  }

  suspectIfSilent(peer: Peer): void {
    if (peer.suspected || this.#core.now - peer.heardAtMs <= this.#core.electionTimeoutMs) return;
    peer.suspected = true;
    this.#core.trace('suspected', { node: peer.id, epoch: formatBallot(this.#core.promised) });
  }

  suspects(): readonly NodeId[] {
    return [...this.#peers.values()].filter((peer) => peer.suspected).map((peer) => peer.id);
  }

  /** The highest index each served follower is known to hold at a level. */
  held(level: AckLevel): ReadonlyMap<NodeId, number> {
    return new Map(this.streams().map((stream) => [stream.id, stream[level].index]));
  }

  /** Replicas that hold the entry at `index` at a level, the leader included. */
  copiesOf(index: number, level: AckLevel): number {
    let copies = 1;
    for (const { stream } of this.#peers.values())
      if (stream !== null && stream[level].index >= index) copies += 1;
    return copies;
  }

  /** F7: whom to name instead of `lost`: of the unsuspected, the follower that durably holds most. */
  heirTo(lost: NodeId | null): NodeId | null {
    let heir: Stream | null = null;
    for (const { stream, suspected } of this.#peers.values()) {
      if (stream === null || suspected || stream.id === lost) continue;
      if (heir === null || stream.durable.index > heir.durable.index) heir = stream;
    }
    return heir?.id ?? null;
  }
}
