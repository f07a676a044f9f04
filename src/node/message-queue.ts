import { messageClasses } from '../protocol/message-class.ts';
import type { Message } from '../protocol/protocol.ts';

export interface Queued {
  readonly message: Message;
  readonly shard: number;
  readonly bytes: number;
}

/**
 * Messages of one lane between two nodes, oldest first, used at both ends. A message of a `latest` class
 * removes the one before it of its class and shard, unless something of an `each` class of that shard lies between them; the newer
 * one still goes last. So nothing ever overtakes, and a held link keeps one heartbeat and one ack, not a
 * thousand (T6, T10).
 */
export class MessageQueue<T extends Queued> {
  /** Cleared, not moved, as they leave: what was sent must not stay in memory. */
  #items: (T | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: T): void {
    if (messageClasses[item.message.class].keep === 'latest') this.#forget(item.message.class, item.shard);
    this.#items.push(item);
    this.#bytes += item.bytes;
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= item.bytes;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  #forget(messageClass: Message['class'], shard: number): void {
    for (let i = this.#items.length - 1; i >= this.#head; i -= 1) {
      const item = this.#items[i]!;
      if (item.shard !== shard) continue;
      if (item.message.class === messageClass) {
        this.#items.splice(i, 1);
        this.#bytes -= item.bytes;
        return;
      }
      if (messageClasses[item.message.class].keep === 'each') return;
    }
  }
}
