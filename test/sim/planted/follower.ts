import type { Planted } from './planted.ts';

const following = 'protocol/single-leader/follower.ts';
const replica = 'protocol/single-leader/replica.ts';
const rewinding = 'protocol/single-leader/rewind.ts';

const whole = 'I14: after the heal the cluster becomes whole and stays so';

/** Bugs of who follows: what it takes, what it says it has, what it takes back. */
export const follower: readonly Planted[] = [
  {
    bug: 'a follower acknowledges one entry more than it has',
    edits: [
      [
        following,
        'received: durable,\n      durable,',
        'received: durable,\n      durable: { ...durable, index: durable.index + 1 },',
      ],
      [
        'protocol/single-leader/leader.ts',
        "    if (this.#core.store.log.contains(message.received) !== 'yes') return;\n",
        '',
      ],
    ],
    caughtBy: ["I4: a leader's match is durable on the follower's present disk"],
  },
  {
    bug: 'the epoch of an append or a heartbeat is not checked',
    edits: [[replica, 'if (order < 0) {', 'if (order < 0 && this.#role instanceof Leader) {']],
    caughtBy: [whole],
  },
  {
    bug: 'heartbeats are told apart by their number alone, whatever the boot',
    edits: [
      [
        following,
        'boot > this.#heard.boot || (boot === this.#heard.boot && message.seq > this.#heard.seq)',
        'message.seq > this.#heard.seq',
      ],
    ],
    caughtBy: [whole],
  },
  {
    bug: 'a held append is lost, and the next one taken: a gap is accepted',
    edits: [['protocol/log-rules.ts', "return 'gap';", 'return chained(previous, previousChain, entries);']],
    caughtBy: ['a log has an entry at every index between its base and its end'],
  },
  {
    bug: 'what is missing is not asked for again',
    edits: [[following, 'this.#newStreamAfter(gapMs);\n', '']],
    caughtBy: [whole],
  },
  {
    bug: 'entries are applied out of order',
    edits: [
      [
        following,
        'for (const entry of entries) {\n        const applied',
        'for (const entry of entries.toReversed()) {\n        const applied',
      ],
    ],
    caughtBy: ['what is applied is the next entry of the log'],
  },
  {
    bug: 'a rewind is skipped',
    edits: [
      [
        following,
        'if (rewind(this.#core, fork)) this.#newStream();',
        'if (fork.index >= 0) this.#newStream();',
      ],
    ],
    caughtBy: [whole],
  },
  {
    bug: 'a rewind takes back one entry too few',
    edits: [
      [
        rewinding,
        'const cut = entriesAfter(core, fork);',
        'const [kept, ...cut] = entriesAfter(core, fork);\n  fork = kept!.at;',
      ],
    ],
    caughtBy: [whole],
  },
  {
    bug: 'a rewind takes back one entry too many',
    edits: [
      [
        'protocol/position.ts',
        'const index = Math.min(endOf(mine, i, myLast), endOf(theirs, j, theirLast));',
        'const end = Math.min(endOf(mine, i, myLast), endOf(theirs, j, theirLast));\n    const index = end < theirLast.index && end > mine[i]!.firstIndex ? end - 1 : end;',
      ],
    ],
    caughtBy: ['F3: what is cut is not in the log of the epoch it is cut for'],
  },
  {
    bug: 'what a rewind cuts is not kept',
    edits: [[rewinding, '  local.discard(cut);\n', '']],
    caughtBy: ['F3: what was durable leaves a log only into the discarded'],
  },
  {
    bug: 'a rewind leaves what it said was covered',
    edits: [[rewinding, '  if (core.committed.index > fork.index) core.committed = fork;\n', '']],
    caughtBy: ['I4: committed ≤ durable ≤ received, applied ≤ received'],
  },
  {
    bug: 'a follower takes what the leader covers for what it has itself',
    edits: [
      [following, 'covered.index <= durable.index ? covered : durable', 'covered'],
      [following, "if (store.log.contains(reachable) === 'yes') ", ''],
    ],
    caughtBy: ['I4: committed ≤ durable ≤ received, applied ≤ received'],
  },
  {
    bug: 'a follower that has to rewind answers reads meanwhile',
    edits: [[following, 'return !this.#accepted && this.#core.tailInDoubt();', 'return false;']],
    caughtBy: ['F3: a node that has to rewind serves no reads'],
  },
  {
    bug: 'a follower that knows no leader says ok to writes',
    edits: [
      [
        following,
        "return { type: 'refused', code: this.#deposed ? 'fenced' : 'no-leader', leader: null };",
        "return { type: 'ok', at: this.#core.durable, copies: 1, result: { kind: 'written' } };",
      ],
    ],
    caughtBy: ['F17: only a leader acknowledges writes'],
  },
];
