import { assert } from '../lib/assert.ts';
import { compareBallots, formatBallot, formatPosition, type Position } from '../protocol/position.ts';
import type { Op, Outcome } from '../protocol/request.ts';
import type { Ghost } from './ghost.ts';
import type { Mirror } from './mirror.ts';
import type { Turn } from './turn.ts';

type Ok = Extract<Outcome, { type: 'ok' }>;

/** Judges what reads show, by the log on the disk of the node that answers. */
export class ReadRules {
  readonly #ghost: Ghost;

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
  }

  check(turn: Turn, mirror: Mirror, op: Op, { at, result }: Ok): void {
    const facts = { node: mirror.node, op: JSON.stringify(op), at: formatPosition(at) };
    assert(at.index === 0 || mirror.at(at) !== null, 'B0.1: a read is made at a position of the log', facts);
    this.#readOfBranch(turn, mirror, at);
    const expected = expectedRead(mirror, op, at);
    if (expected === null) return;
    assert(
      JSON.stringify(result) === JSON.stringify(expected),
      'B0.1: a read shows what the log makes at its position',
      {
        ...facts,
        result: JSON.stringify(result),
        expected: JSON.stringify(expected),
      },
    );
  }

  /** F3: a follower does not show what the leader it follows never had. */
  #readOfBranch({ before, after }: Turn, mirror: Mirror, at: Position): void {
    if (before?.role !== 'follower' || after?.role !== 'follower' || at.index === 0) return;
    const epoch = compareBallots(before.epoch, after.epoch) < 0 ? before.epoch : after.epoch;
    const branch = compareBallots(at.epoch, epoch) < 0 ? this.#ghost.branch(epoch) : null;
    const there = branch === null || branch[at.index - 1]?.chain === mirror.at(at)?.chain;
    assert(there, 'F3: a node that has to rewind serves no reads', {
      node: mirror.node,
      at: formatPosition(at),
      follows: formatBallot(epoch),
    });
  }
}

function expectedRead(mirror: Mirror, op: Op, at: Position): Ok['result'] | null {
  switch (op.kind) {
    case 'get':
      return { kind: 'value', value: mirror.valueAt(op.key, at) };
    case 'mget':
      return { kind: 'values', values: op.keys.map((key) => mirror.valueAt(key, at)) };
    case 'exists':
      return { kind: 'count', count: op.keys.filter((key) => mirror.valueAt(key, at) !== null).length };
    default:
      return null;
  }
}
