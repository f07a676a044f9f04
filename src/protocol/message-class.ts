/**
 * Every kind of message nodes send each other, in one table: the class byte of its frame, the lane it
 * travels on, and whether it is payload. A fault that hit no payload frame proved nothing (P13), so hits
 * are counted per class. Numbers are for the wire and are never used again.
 */
export type Lane = 'ctl' | 'log' | 'bulk';

interface ClassRow {
  readonly number: number;
  readonly lane: Lane;
  readonly payload: boolean;
  /**
   * What a queue may do to two of this class between the same two nodes (T6, T10). `latest`: the newer one
   * says all that the older one said, so the older may go. Only where nothing of an `each` class lies between
   * them: an ack must not pass the subscribe that opens its stream. `each`: one event each, kept in order.
   */
  readonly keep: 'latest' | 'each';
}

export const messageClasses = {
  hello: { number: 0, lane: 'ctl', payload: false, keep: 'each' },
  heartbeat: { number: 1, lane: 'ctl', payload: false, keep: 'latest' },
  ack: { number: 2, lane: 'ctl', payload: false, keep: 'latest' },
  subscribe: { number: 3, lane: 'ctl', payload: false, keep: 'each' },
  reject: { number: 4, lane: 'ctl', payload: false, keep: 'each' },
  append: { number: 5, lane: 'log', payload: true, keep: 'each' },
} as const satisfies Record<string, ClassRow>;

export type MessageClass = keyof typeof messageClasses;

export const lanes: readonly Lane[] = ['ctl', 'log', 'bulk'];

const byNumber = new Map(
  Object.entries(messageClasses).map(([name, row]) => [row.number as number, name as MessageClass]),
);

/** Undefined for a number no class has: the frame is of another version, or garbage. */
export function classOfNumber(number: number): MessageClass | undefined {
  return byNumber.get(number);
}
