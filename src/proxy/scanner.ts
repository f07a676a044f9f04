import type { FrameScanner } from './frame-scanner.ts';
import type { TrafficClass, TrafficCount } from './traffic.ts';

/** Follows one way of a connection and counts what begins in its bytes. */
export interface Scanner {
  /** Where frames begin and end; null: the stream is not ours. */
  readonly frames: FrameScanner | null;
  scan(chunk: Buffer, count: TrafficCount): void;
  /** Another that is where this one is. */
  fork(): Scanner;
}

/** A stream that is not ours, of which chunks count; null: nothing does. */
export function chunkScanner(trafficClass: TrafficClass | null): Scanner {
  const scanner: Scanner = {
    frames: null,
    scan: (_, count) => (trafficClass === null ? undefined : count.add(trafficClass, 1)),
    fork: () => scanner,
  };
  return scanner;
}

export function frameScanner(frames: FrameScanner): Scanner {
  return {
    frames,
    scan: (chunk, count) => frames.scan(chunk, count),
    fork: () => frameScanner(frames.fork()),
  };
}
