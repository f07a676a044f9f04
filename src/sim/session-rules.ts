import { assert } from '../lib/assert.ts';
import { compareBallots, formatPosition } from '../protocol/position.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';
import { isWrite, type Outcome, type Request } from '../protocol/request.ts';
import type { Mirror } from './mirror.ts';

/** S1, by the disk of the node that answers: what becomes of requests that name what their client has seen. */
export const sessionRules = {
  served(mirror: Mirror, { after }: Request, { at }: Extract<Outcome, { type: 'ok' }>): void {
    if (after === undefined) return;
    const shown = after.every((one) => mirror.at(one) !== null && one.index <= at.index);
    assert(shown, 'S1: who has seen a position is served only by a log that contains it', {
      node: mirror.node,
      after: after.map(formatPosition).join(', '),
      at: formatPosition(at),
    });
  },

  refused(mirror: Mirror, { after }: Request, { code }: Extract<Outcome, { type: 'refused' }>): void {
    if (after === undefined || code !== 'write-lost') return;
    const another = after.some(
      (one) => mirror.at(one) === null && compareBallots(mirror.last.epoch, one.epoch) >= 0,
    );
    assert(another, 'S1: what a client has seen is called lost only by a log of its epoch or a later one', {
      node: mirror.node,
      after: after.map(formatPosition).join(', '),
      last: formatPosition(mirror.last),
    });
  },

  /** One that was not answered in a turn after which this is how the node is. */
  waits(mirror: Mirror, { stopped, rewinding }: ReplicaStatus, { op, after }: Request): void {
    if (after === undefined || isWrite(op) || stopped !== null || rewinding) return;
    const shown = after.every((one) => mirror.at(one) !== null && one.index <= mirror.appliedIndex);
    assert(!shown, 'S1: a read waits no longer than until the log contains what it is to be after', {
      node: mirror.node,
      after: after.map(formatPosition).join(', '),
    });
  },
};
