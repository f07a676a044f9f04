import { only } from './conditions.ts';
import type { Planted } from './planted.ts';

/** Bugs of the supervisor's part: whom it promotes, under which ballot. */
export const operator: readonly Planted[] = [
  {
    bug: 'who is ahead is judged by the length of logs alone (P4)',
    edits: [
      [
        'sim/operator.ts',
        'comparePositions(status.received, chosen.status.received) > 0',
        'status.received.index > chosen.status.received.index',
      ],
      [
        'sim/operator.ts',
        'comparePositions(b.status.received, a.status.received)',
        'b.status.received.index - a.status.received.index',
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
