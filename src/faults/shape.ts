import { messageClasses, type MessageClass } from '../protocol/message-class.ts';
import type { Rng } from '../lib/rng.ts';

/** What a link does to the bytes of a flow, beside letting them pass or holding them. */
export interface LinkConditions {
  /** One way. */
  readonly delayMs: number;
  /** The delay of each frame or chunk is `delayMs` give or take as much. */
  readonly jitterMs: number;
  readonly bytesPerSecond: number | null;
  /** Chances per frame; `loss` is per segment where bytes are not our frames, and stalls instead of losing. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Frames of these classes alone; null: all bytes, whatever they are. */
  readonly only: readonly MessageClass[] | null;
}

export interface ShapePart extends LinkConditions {
  /** The id of the fault, or `distance`. */
  readonly by: string;
}

/** Stands for the distance between two places where the id of a fault would: none makes it, and no heal ends it. */
export const distance = 'distance';

/** The shape of a flow over a distance that takes so long one way. */
export function distanceShape(delayMs: number): Shape {
  if (delayMs === 0) return [];
  const rest = { jitterMs: 0, bytesPerSecond: null, loss: 0, duplicate: 0, reorder: 0, only: null };
  return [{ by: distance, delayMs, ...rest }];
}

/** What all faults in force make of one flow, a part each. Delays add up, the least bandwidth counts, chances are drawn apart. */
export type Shape = readonly ShapePart[];

/** What is judged as one: a whole frame, or (class null) a chunk of a stream that is not ours. */
export interface Traffic {
  readonly class: MessageClass | null;
  readonly bytes: number;
  /** A message over 1 MiB is several frames: all are lost or none, and they keep together. */
  readonly sole: boolean;
}

/** When something leaves its line, beside the delay in force then. */
export interface Lateness {
  /** Share of the jitter in force, from -1 to 1. */
  readonly jitter: number;
  readonly extraMs: number;
}

export interface Stray extends Lateness {
  readonly by: string;
  readonly why: 'duplicate' | 'reorder';
}

/** What becomes of a frame or a chunk. A frame that is in no line and no stray is lost. */
export interface Fate {
  /** It leaves in order, behind all that entered before it; null: it does not. */
  readonly line: Lateness | null;
  /** Each leaves by itself, when its own time has come: what comes later may overtake it. */
  readonly strays: readonly Stray[];
  readonly lostBy: string | null;
  readonly stalledBy: string | null;
}

/** TCP's least retransmission timeout, doubled with every loss of the same segment; and a segment's bytes. */
const retransmitMs = 200;
const segmentBytes = 1448;
const retransmissionsMax = 7;

/** A frame out of its line is late by up to so much more, where jitter alone would not let another overtake it. */
const strayMs = 10;

export function isFor(part: LinkConditions, messageClass: MessageClass | null): boolean {
  return part.only === null || (messageClass !== null && part.only.includes(messageClass));
}

/** True when frames have to be told apart: not every byte of the flow fares the same. */
export function needsFrames(shape: Shape): boolean {
  return shape.some((part) => part.only !== null || part.loss + part.duplicate + part.reorder > 0);
}

function delayOf(
  shape: Shape,
  messageClass: MessageClass | null,
): { readonly delayMs: number; readonly jitterMs: number } {
  let delayMs = 0;
  let jitterMs = 0;
  for (const part of shape) {
    if (!isFor(part, messageClass)) continue;
    delayMs += part.delayMs;
    jitterMs += part.jitterMs;
  }
  return { delayMs, jitterMs };
}

/** The longest delay that any of the flow's bytes meet, without jitter. */
export function longestDelayMs(shape: Shape): number {
  const classes = [null, ...(Object.keys(messageClasses) as MessageClass[])];
  return Math.max(...classes.map((one) => delayOf(shape, one).delayMs));
}

/** How long after it entered something leaves, under the shape in force now. */
export function latenessMs(shape: Shape, messageClass: MessageClass | null, late: Lateness): number {
  const { delayMs, jitterMs } = delayOf(shape, messageClass);
  return Math.max(0, delayMs + late.jitter * jitterMs) + late.extraMs;
}

/**
 * What becomes of `traffic`, drawn from `rng`. A `hello` opens a connection and is no message: like TCP's own
 * handshake it is never lost, copied or overtaken. A lost segment of a stream that is not ours is sent again
 * after 200 ms, 400 ms, …: everything behind it waits, and nothing is dropped.
 */
export function drawFate(shape: Shape, traffic: Traffic, rng: Rng): Fate {
  const line = { jitter: 2 * rng.next() - 1, extraMs: 0 };
  const plain: Fate = { line, strays: [], lostBy: null, stalledBy: null };
  const parts = shape.filter((part) => isFor(part, traffic.class));
  if (traffic.class === null) return drawStall(parts, traffic.bytes, plain, rng);
  if (traffic.class === 'hello') return plain;
  const { jitterMs } = delayOf(shape, traffic.class);
  const strays: Stray[] = [];
  let inLine = true;
  for (const { by, loss, duplicate, reorder } of parts) {
    if (loss > 0 && rng.chance(loss)) return { line: null, strays: [], lostBy: by, stalledBy: null };
    if (!traffic.sole) continue;
    if (duplicate > 0 && rng.chance(duplicate)) strays.push(drawStray(by, 'duplicate', jitterMs, rng));
    if (inLine && reorder > 0 && rng.chance(reorder)) {
      inLine = false;
      strays.push(drawStray(by, 'reorder', jitterMs, rng));
    }
  }
  return { ...plain, line: inLine ? line : null, strays };
}

function drawStray(by: string, why: Stray['why'], jitterMs: number, rng: Rng): Stray {
  const jitter = 2 * rng.next() - 1;
  const extraMs = 2 * jitterMs < strayMs ? rng.next() * strayMs : 0;
  return { by, why, jitter, extraMs };
}

function drawStall(parts: readonly ShapePart[], bytes: number, plain: Fate, rng: Rng): Fate {
  const segments = Math.ceil(bytes / segmentBytes);
  let stallMs = 0;
  let stalledBy: string | null = null;
  for (const { by, loss } of parts) {
    if (loss <= 0 || !rng.chance(1 - (1 - loss) ** segments)) continue;
    stalledBy ??= by;
    let timeoutMs = retransmitMs;
    stallMs += timeoutMs;
    for (let again = 1; again < retransmissionsMax && rng.chance(loss); again += 1) {
      timeoutMs *= 2;
      stallMs += timeoutMs;
    }
  }
  if (stalledBy === null || plain.line === null) return plain;
  return { ...plain, line: { jitter: plain.line.jitter, extraMs: stallMs }, stalledBy };
}
