import { isClientPlace, type Place } from '../cluster/place.ts';
import type { Flow, FlowCount } from './fault.ts';

/** Whose bytes a flow carries: forward the dialler's, back those of the dialled. */
export function senderOf(flow: Flow): Place {
  return flow.direction === 'forward' ? flow.from : flow.to;
}

/** Whom a flow's bytes are for. */
export function receiverOf(flow: Flow): Place {
  return flow.direction === 'forward' ? flow.to : flow.from;
}

/** False for the way back between nodes, on which nothing goes but TCP's own answers (T1). */
function carriesMessages(flow: Flow): boolean {
  return flow.direction === 'forward' || isClientPlace(flow.from);
}

/**
 * What becomes of a flow that a fault cuts. A reset ends the whole connection, so it acts where messages go:
 * a one-way cut between nodes stays one way.
 */
export function cutting(flow: Flow, reset: boolean): 'hold' | 'reset' | 'pass' {
  if (!reset) return 'hold';
  return carriesMessages(flow) ? 'reset' : 'pass';
}

/** Only a fault that resets has a count of its own: what it holds is counted as held. */
export function cutCounts({ reset }: { readonly reset?: true }): readonly FlowCount[] {
  return reset === true ? ['reset'] : [];
}
