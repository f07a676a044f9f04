import { busy, crowded, only } from './conditions.ts';
import type { Planted } from './planted.ts';

const turn = 'protocol/turn.ts';
const node = 'sim/node.ts';
const stays = 'I14: after the heal the cluster becomes whole and stays so';

/** Bugs of the turn: commit, recovery, order of inputs; and of the process around it. */
export const host: readonly Planted[] = [
  {
    bug: 'acknowledged before durable: a commit that failed is taken for one that did not',
    edits: [
      [
        'sim/memory-store.ts',
        '        files.commit();\n',
        '        try { files.commit(); } catch { dropTurn(); }\n',
      ],
    ],
    caughtBy: ['I5: an acknowledged write is the entry it is said to be'],
    options: only('commit-fails'),
  },
  {
    bug: 'entries leave for followers before they are durable',
    edits: [
      [
        'sim/memory-store.ts',
        '        files.commit();\n',
        '        try { files.commit(); } catch { dropTurn(); }\n',
      ],
      [
        'protocol/single-leader/stream.ts',
        'while (this.#sent.index < this.#core.durable.index) {',
        'while (this.#sent.index < Math.max(this.#core.durable.index, fresh.at(-1)?.at.index ?? 0)) {',
      ],
    ],
    caughtBy: ['I3: equal positions have equal chains'],
    options: only('commit-fails'),
  },
  {
    bug: 'the effects of a failed turn are sent',
    edits: [
      [
        turn,
        'return this.#recover(asked, phase, describe(error), clock);',
        'return [...effects, ...this.#recover(asked, phase, describe(error), clock)];',
      ],
    ],
    caughtBy: ['B0.1: a read is made at a position of the log'],
    options: { ...busy, ...crowded, ...only('disk-full', 'commit-fails') },
  },
  {
    bug: 'the replica outlives a failed turn: its memory is ahead of its disk (P1)',
    edits: [
      [turn, '    this.#replica = null;\n    try {', '    try {'],
      [turn, 'const replica = this.#create();', 'const replica = this.#replica ?? this.#create();'],
    ],
    caughtBy: ['I4: durable is the end of the log on disk'],
  },
  {
    bug: 'a commit that threw is reported as a refusal',
    edits: [[turn, "phase === 'step'\n          ?", "phase !== 'appended'\n          ?"]],
    caughtBy: ['B0.1: a refused write did not happen'],
  },
  {
    bug: 'the requests of a failed turn are refused, and stepped again with the next',
    edits: [
      [node, 'taken.slice(drawn.length).filter(', '(drawn.length < taken.length ? taken : []).filter('],
    ],
    caughtBy: ['B0.1: a refused write does not happen later'],
    options: only('disk-full'),
  },
  {
    bug: 'what was open before a failed turn is never answered',
    edits: [[turn, 'for (const id of this.#open) {', 'for (const id of [] as RequestId[]) {']],
    caughtBy: ['B0.1: every request is answered'],
  },
  {
    bug: 'timers are stepped before messages',
    edits: [
      [
        node,
        "return [...arrivals, ...due.map((name) => ({ type: 'timer', name }) as const)];",
        "return [...due.map((name) => ({ type: 'timer', name }) as const), ...arrivals];",
      ],
    ],
    caughtBy: ['T9: timers are stepped after what arrived'],
  },
  {
    bug: 'after a long pause timers do not wait for what arrived meanwhile',
    edits: [[node, 'if (this.#drainFirst && !all) return arrivals;', '']],
    caughtBy: ['B0.4: after a long pause all that arrived is stepped before any timer'],
  },
  {
    bug: 'a wiped disk comes back under its old id',
    edits: [['sim/disk.ts', 'return diskOf(this.#node, this.#life);', 'return diskOf(this.#node, 1);']],
    caughtBy: ["I4: a leader's match is durable on the follower's present disk"],
    options: only('wipe', 'isolate'),
  },
  {
    bug: 'messages of an older boot, or of a wiped disk, are taken (T4)',
    edits: [
      [
        'sim/network.ts',
        '    if (sender.disk !== known.disk || sender.boot !== known.boot) return false;\n',
        '',
      ],
    ],
    caughtBy: [stays],
    options: only('kill-process', 'isolate'),
  },
  {
    bug: 'a boot is not counted: messages of a process and of the one before it look alike',
    edits: [['sim/memory-node.ts', 'countBoot: () => void (boot += 1)', 'countBoot: () => undefined']],
    caughtBy: [stays],
  },
  {
    bug: 'an accident in a branch that is seldom taken',
    edits: [
      [
        'protocol/single-leader/rewind.ts',
        '  core.durable = log.last();',
        '  core.durable = (log as unknown as { end(): Position }).end();',
      ],
    ],
    caughtBy: ['P1: a turn fails only when a fault makes it fail'],
  },
  {
    bug: 'an accident at the start of a disk that was used before',
    edits: [
      [
        'protocol/single-leader/replica.ts',
        '    (this.#role as Follower).start();',
        '    if (newest !== undefined) (this.#role as unknown as Leader).sync.restart();\n    (this.#role as Follower).start();',
      ],
    ],
    caughtBy: ['P1: recovery fails only when a fault makes it fail'],
  },
  {
    bug: 'an accident when someone looks',
    edits: [
      [
        'protocol/single-leader/replica.ts',
        'leader: leading ? self : role.knownLeader,',
        'leader: leading ? self : role.knownLeader!.slice(),',
      ],
    ],
    caughtBy: ['P1: nothing throws by accident'],
  },
];
