import { encodeReply } from './resp-writer.ts';
import type { Reply, RespVersion } from './resp-value.ts';

/** The place of one reply in the order of its commands. */
export interface Slot {
  /** Counts the commands of a connection from 1. */
  readonly number: number;
  /** The reply's bytes as latin1 text, once it is known. */
  text: string | null;
  /** To be run when this slot is the oldest: it may fill the slot. */
  deferred: (() => void) | null;
}

/** Replies become known in any order and leave in the order of their commands (R1). */
export class ReplyOrder {
  #slots: Slot[] = [];
  #number = 0;
  #heldBytes = 0;

  /** Commands whose replies have not left. */
  get open(): number {
    return this.#slots.length;
  }

  /** Size of the replies that are known and wait for an older one. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  add(): Slot {
    this.#number += 1;
    const slot: Slot = { number: this.#number, text: null, deferred: null };
    this.#slots.push(slot);
    return slot;
  }

  fill(slot: Slot, value: Reply, version: RespVersion): void {
    slot.text = encodeReply(value, version);
    this.#heldBytes += slot.text.length;
  }

  /** Removes and returns the replies up to the first that is not known; empty when the oldest is not. */
  takeReady(): string {
    let count = 0;
    let text = '';
    for (;;) {
      const slot = this.#slots[count];
      if (slot === undefined) break;
      const { deferred } = slot;
      slot.deferred = null;
      deferred?.();
      if (slot.text === null) break;
      text += slot.text;
      count += 1;
    }
    if (count === 0) return '';
    this.#heldBytes -= text.length;
    this.#slots = count === this.#slots.length ? [] : this.#slots.slice(count);
    return text;
  }
}
