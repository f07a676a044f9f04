import type { Entry } from '../protocol/entry.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { formatPosition, samePosition, type Position } from '../protocol/position.ts';
import type { Effect, Input } from '../protocol/protocol.ts';
import { bytesOf } from './memo.ts';
import { must } from './must.ts';
import type { Turn } from './turn.ts';

/** F4's window, written down a second time on purpose. */
const windowBytes = 1024 * 1024;
const windowEntries = 1024;

interface Stream {
  readonly id: number;
  sent: Position;
  /** Sent and not yet acknowledged, oldest first. */
  readonly unacked: { readonly index: number; readonly bytes: number }[];
  bytes: number;
}

/** Read by shape: these rules know what the message means, not which mode's union it is of. */
interface Append {
  readonly stream: number;
  readonly previous: Position;
  readonly entries: readonly Entry[];
}

interface Ack {
  readonly stream: number | null;
  readonly received: Position;
}

/** What really leaves a leader and comes back to it, counted apart from what the leader says of itself. */
export class StreamRules {
  /** By leader and follower: one stream at a time (F1). */
  readonly #streams = new Map<string, Stream>();
  /** By leader, follower and stream: the highest index acknowledged. */
  readonly #acked = new Map<string, number>();

  check({ node, inputs, effects, failed }: Turn): void {
    if (failed) this.forget(node.id);
    else for (const input of inputs) this.#heard(node.id, input);
    for (const effect of effects) this.#said(node.id, effect);
  }

  /** A new process, or a replica made anew, begins its streams anew. */
  forget(leader: NodeId): void {
    for (const key of [...this.#streams.keys()]) if (key.startsWith(`${leader}>`)) this.#streams.delete(key);
  }

  #heard(leader: NodeId, input: Input): void {
    if (input.type !== 'message' || input.message.class !== 'ack') return;
    const { stream, received } = input.message as unknown as Ack;
    const key = `${leader}>${input.from}/${stream}`;
    this.#acked.set(key, Math.max(this.#acked.get(key) ?? 0, received.index));
  }

  #said(leader: NodeId, effect: Effect): void {
    if (effect.type !== 'send' || effect.message.class !== 'append') return;
    const append = effect.message as unknown as Append;
    const key = `${leader}>${effect.to}`;
    let stream = this.#streams.get(key);
    if (stream === undefined || stream.id !== append.stream) {
      stream = { id: append.stream, sent: append.previous, unacked: [], bytes: 0 };
      this.#streams.set(key, stream);
    }
    // All acks of a turn count before what it sends: which came first is the replica's to know.
    const acked = this.#acked.get(`${key}/${stream.id}`) ?? 0;
    while (stream.unacked.length > 0 && stream.unacked[0]!.index <= acked) {
      stream.bytes -= stream.unacked.shift()!.bytes;
    }
    const { sent } = stream;
    must(samePosition(sent, append.previous), 'F2: a stream sends each entry once, in order', () => ({
      link: key,
      sent: formatPosition(sent),
      previous: formatPosition(append.previous),
    }));
    for (const entry of append.entries) this.#put(stream, entry, key);
  }

  #put(stream: Stream, entry: Entry, link: string): void {
    const bytes = bytesOf(entry);
    stream.unacked.push({ index: entry.at.index, bytes });
    stream.bytes += bytes;
    stream.sent = entry.at;
    const { length } = stream.unacked;
    const within = length === 1 || (length <= windowEntries && stream.bytes <= windowBytes);
    must(within, 'I13: what leaves a leader unacknowledged stays within the window', () => ({
      link,
      entries: length,
      bytes: stream.bytes,
    }));
  }
}
