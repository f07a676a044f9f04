import { messageClasses, type MessageClass } from '../protocol/message-class.ts';

/**
 * What bytes are, for counting what a fault hit: the class of a frame between nodes, or what a client sends
 * and is answered, by chunks as they arrive, since the proxy does not read the client's protocol.
 */
export type TrafficClass = MessageClass | 'request' | 'reply';

/** A fault that hit no payload proved nothing (P13). Requests and replies are what clients are there for. */
export function isPayload(trafficClass: TrafficClass): boolean {
  return isFrame(trafficClass) ? messageClasses[trafficClass].payload : true;
}

export function isFrame(trafficClass: TrafficClass): trafficClass is MessageClass {
  return trafficClass !== 'request' && trafficClass !== 'reply';
}

/** Something that counts what begins in the bytes it stands for. */
export interface TrafficCount {
  add(trafficClass: TrafficClass, count: number): void;
}

/** What got through a link, over its life. Chunks of clients are no frames. */
export class Passed implements TrafficCount {
  bytes = 0;
  frames = 0;

  add(trafficClass: TrafficClass, count: number): void {
    if (isFrame(trafficClass)) this.frames += count;
  }
}
