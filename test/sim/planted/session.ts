import { sessions } from './conditions.ts';
import type { Planted } from './planted.ts';

const token = 'protocol/token.ts';
const replica = 'protocol/single-leader/replica.ts';

const served = 'S1: who has seen a position is served only by a log that contains it';
const lost = 'S1: what a client has seen is called lost only by a log of its epoch or a later one';

/** Bugs of what a session has seen, and who may serve it. */
export const session: readonly Planted[] = [
  {
    bug: 'positions are compared by order, not looked for in the log (P4)',
    edits: [
      [
        token,
        'const held = containsAt(epochs, last, token);',
        "const held = comparePositions(last, token) < 0 ? 'not-yet' : 'yes';",
      ],
      [token, "held === 'yes' && applied.index >= token.index", "held === 'yes'"],
      [token, "held === 'forked' &&", 'false &&'],
    ],
    options: sessions,
    caughtBy: [served],
  },
  {
    bug: 'what a client has seen is not looked at',
    edits: [[replica, 'after === undefined || !this.#serves(op) ? null', 'op.kind !== undefined ? null']],
    options: sessions,
    caughtBy: [served],
  },
  {
    bug: 'a write is not asked what it is to follow',
    edits: [
      [
        replica,
        'after === undefined || !this.#serves(op) ? null',
        'after === undefined || isWrite(op) || !this.#serves(op) ? null',
      ],
    ],
    options: sessions,
    caughtBy: [served],
  },
  {
    bug: 'a log of lower epochs says that a write is lost which it has not heard of',
    edits: [
      [token, "held === 'forked' && compareBallots(last.epoch, token.epoch) >= 0", "held === 'forked'"],
    ],
    options: sessions,
    caughtBy: [lost],
  },
  {
    bug: 'a read that waits is not looked at when entries come',
    edits: [
      [
        replica,
        'this.#role.onAppended(input.entries);\n        this.#serveWaiting();',
        'this.#role.onAppended(input.entries);',
      ],
    ],
    options: sessions,
    caughtBy: ['S1: a read waits no longer than until the log contains what it is to be after'],
  },
  {
    bug: 'of what was seen in several epochs only the last is looked for',
    edits: [[token, 'tokens.map((token) =>', 'tokens.slice(-1).map((token) =>']],
    options: sessions,
    caughtBy: [served],
  },
];
