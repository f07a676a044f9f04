import { only } from './conditions.ts';
import type { Planted } from './planted.ts';

const promotion = 'protocol/promotion.ts';

/** Bugs of the supervisor's part: whom it promotes, under which ballot. */
export const operator: readonly Planted[] = [
  {
    bug: 'who is ahead is judged by the length of logs alone (P4)',
    edits: [
      [
        promotion,
        'comparePositions(b.status.received, a.status.received)',
        'b.status.received.index - a.status.received.index',
      ],
      [
        promotion,
        'comparePositions(best.status.received, candidate.status.received) <= 0',
        'best.status.received.index <= candidate.status.received.index',
      ],
    ],
    caughtBy: ['I10: a write acknowledged before survives a promotion that a holder took part in'],
    options: only('isolate', 'promote', 'kill'),
  },
  {
    bug: 'ballots have a number and no disk: two promotions may choose the same (P4)',
    edits: [
      [
        'protocol/position.ts',
        'return `${ballot.number}@${diskName(ballot.disk)}`;',
        'return String(ballot.number);',
      ],
      [
        'protocol/position.ts',
        'return a.number - b.number || a.disk - b.disk;',
        'return a.number - b.number;',
      ],
      [
        'protocol/position.ts',
        'return a.number === b.number && a.disk === b.disk;',
        'return a.number === b.number;',
      ],
    ],
    caughtBy: ['I1: at most one leader per ballot'],
    options: { operatorRemembers: false, ...only('isolate', 'promote-forced', 'kill') },
  },
];
