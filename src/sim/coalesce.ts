import { messageClasses } from '../protocol/message-class.ts';
import type { Message } from '../protocol/protocol.ts';

/**
 * Which of the messages that wait in one lane between two nodes, oldest first, `message` takes the place of
 * (T6, T10); -1 for none. The rule of the node's queues, at both ends of a link.
 */
export function replacedBy(message: Message, waiting: readonly Message[]): number {
  if (messageClasses[message.class].keep === 'each') return -1;
  for (let i = waiting.length - 1; i >= 0; i -= 1) {
    const { class: one } = waiting[i]!;
    if (one === message.class) return i;
    if (messageClasses[one].keep === 'each') return -1;
  }
  return -1;
}
