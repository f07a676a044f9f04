import type { Place } from '../cluster/place.ts';
import type { Flow } from './fault.ts';

/** Whose bytes a flow carries: forward the dialler's, back those of the dialled. */
export function senderOf(flow: Flow): Place {
  return flow.direction === 'forward' ? flow.from : flow.to;
}

/** Whom a flow's bytes are for. */
export function receiverOf(flow: Flow): Place {
  return flow.direction === 'forward' ? flow.to : flow.from;
}
