import { bulky, busy, forgetful, only, straying } from './conditions.ts';
import type { Planted } from './planted.ts';

const leading = 'protocol/single-leader/leader.ts';
const replica = 'protocol/single-leader/replica.ts';
const rule = 'protocol/single-leader/ack-rule.ts';
const stream = 'protocol/single-leader/stream.ts';

const ruleHolds = 'I5: ok is sent only when the acknowledgement rule holds';

/** Bugs of who leads: what it counts, what it answers, what it sends. */
export const leader: readonly Planted[] = [
  {
    bug: 'sync K asks for one follower fewer',
    edits: [
      [rule, 'nthHighest(facts, followers, sync.count)', 'nthHighest(facts, followers, sync.count - 1)'],
    ],
    caughtBy: [ruleHolds],
  },
  {
    bug: 'a majority that forgets the leader is one of it, rounded down',
    edits: [[rule, 'majorityOf(facts.members.length) - 1)', 'majorityOf(facts.members.length) - 2)']],
    caughtBy: [ruleHolds],
  },
  {
    bug: 'a majority of old entries counts before one of the own epoch is held (Raft 5.4.2)',
    edits: [[rule, 'index >= facts.epochFirst ? index : 0', 'index']],
    caughtBy: [ruleHolds],
    options: { modeOptions: { sync: 'majority' }, ...only('promote', 'isolate') },
  },
  {
    bug: 'any follower counts for the one that sync NODE names',
    edits: [[rule, 'facts.held.get(sync.node) ?? 0', 'nthHighest(facts, followers, 1)']],
    caughtBy: [ruleHolds],
  },
  {
    bug: 'ack applied counts what is received',
    edits: [[leading, 'held: this.#peers.held(settings.ack)', "held: this.#peers.held('received')"]],
    caughtBy: [ruleHolds],
    options: { modeOptions: { sync: '1', ack: 'applied' } },
  },
  {
    bug: 'degraded without saying so',
    edits: [
      ['protocol/single-leader/sync-watch.ts', "      this.#core.trace('sync-degraded', { at });\n", ''],
    ],
    caughtBy: ['F6: a leader that goes on without its followers says so'],
  },
  {
    bug: 'a leader that lost its followers acknowledges, whatever it was told to do then',
    edits: [
      [leading, 'this.sync.degraded ? this.#core.durable.index', 'this.sync.lost ? this.#core.durable.index'],
    ],
    caughtBy: [ruleHolds],
  },
  {
    bug: 'an answer counts a copy too many',
    edits: [['protocol/single-leader/peers.ts', 'let copies = 1;', 'let copies = 2;']],
    caughtBy: ['I5: copies are no more than disks hold'],
  },
  {
    bug: 'copies are counted by index, of a write that was discarded too',
    edits: [[leading, 'own ? this.#copiesOf(op.at.index) : 0', 'this.#copiesOf(op.at.index)']],
    caughtBy: ['I5: no copies are claimed of what is not in the log'],
  },
  {
    bug: 'an answer names the position after the write',
    edits: [
      [
        leading,
        "{ type: 'ok', at: write.at, copies, result: write.result }",
        "{ type: 'ok', at: { ...write.at, index: write.at.index + 1 }, copies, result: write.result }",
      ],
    ],
    caughtBy: ["I5: an acknowledged write is on its leader's disk"],
  },
  {
    bug: 'an ack counts whatever its stream, by its index alone',
    edits: [
      [leading, 'stream === null || stream.stream !== message.stream || ', 'stream === null || '],
      [leading, "    if (this.#core.store.log.contains(message.received) !== 'yes') return;\n", ''],
    ],
    caughtBy: ["I4: a leader's match is durable on the follower's present disk"],
    options: { ...straying, ...only('promote-forced', 'isolate', 'promote') },
  },
  {
    bug: 'what is covered is told under the present epoch',
    edits: [
      [
        leading,
        '{ epoch: epochAt(epochs, index), index }',
        '{ epoch: index === 0 ? epochAt(epochs, 0) : this.epoch, index }',
      ],
    ],
    caughtBy: ['I4: what a replica says it holds is on its disk'],
  },
  {
    bug: 'a write whose outcome is unknown is called refused',
    edits: [
      [
        leading,
        "const outcome: Outcome = { type: 'unknown', code, at, copies };",
        "const outcome: Outcome = { type: 'refused', code: 'turn-failed' };",
      ],
    ],
    caughtBy: ['B0.1: a refused write did not happen'],
  },
  {
    bug: 'whoever waits for copies is forgotten when the leader steps down',
    edits: [[leading, 'for (const { id } of this.#copiesWaits)', 'for (const { id } of [] as CopiesWait[])']],
    caughtBy: ['B0.1: every request is answered'],
    options: { ...busy, ...only('promote-forced', 'isolate') },
  },
  {
    bug: 'a write that waits alone is not answered',
    edits: [
      [
        'protocol/single-leader/pending.ts',
        'return this.#writes.splice(0, count);',
        'return this.#writes.splice(0, count).slice(1);',
      ],
    ],
    caughtBy: ['I14: a whole cluster takes a write'],
  },
  {
    bug: 'a repeated write is not recognised',
    edits: [
      [
        leading,
        'identified ? state.repeated(client, seq) : null',
        'null as ReturnType<typeof state.repeated>',
      ],
    ],
    caughtBy: ['B0.1: a write with an identity is executed once in a log'],
  },
  {
    bug: 'a repeated write answers what it would be now',
    edits: [
      [
        leading,
        'this.#wait(id, repeated.at, repeated.result);',
        "this.#wait(id, repeated.at, { kind: 'written' });",
      ],
    ],
    caughtBy: ['B0.1: a repeated write answers what the first one did'],
  },
  {
    bug: 'a read says the position that is covered, and shows what is not',
    edits: [
      [
        leading,
        'at: state.applied(), copies: 1, result: state.read(op)',
        'at: this.#core.committed, copies: 1, result: state.read(op)',
      ],
    ],
    caughtBy: ['B0.1: a read shows what the log makes at its position'],
  },
  {
    bug: 'a leader does not listen to higher epochs',
    edits: [
      [
        replica,
        'if (order > 0) this.#onNewEpoch(',
        'if (order > 0 && this.#role instanceof Follower) this.#onNewEpoch(',
      ],
    ],
    caughtBy: ['I8: no ok to a write received after a higher ballot was known'],
  },
  {
    bug: 'nobody looks at the epoch a client has seen',
    edits: [
      [
        replica,
        'if (epochSeen !== undefined && ',
        "if (epochSeen !== undefined && request.op.kind === 'size' && ",
      ],
    ],
    caughtBy: ['I8: no ok to a write received after a higher ballot was known'],
  },
  {
    bug: 'a follower that a client told of a higher epoch does not keep it in mind',
    edits: [
      [
        replica,
        '      this.#follow(epochSeen, `a client',
        '      if (this.#role instanceof Leader) this.#follow(epochSeen, `a client',
      ],
    ],
    caughtBy: ['I8: no ok to a write received after a higher ballot was known'],
    options: forgetful,
  },
  {
    bug: 'a restarted leader goes on although it promised a higher epoch',
    edits: [[replica, 'promised.disk === disk && sameBallot(newest, promised)', 'newest.disk === disk']],
    caughtBy: ['I1: at most one leader per ballot'],
  },
  {
    bug: 'a leader takes more than the window on its way to one follower',
    edits: [[stream, 'const windowBytes = 1024 * 1024;', 'const windowBytes = 2 * 1024 * 1024;']],
    caughtBy: ['I13: what a follower has not acknowledged stays within the window'],
    options: bulky,
  },
  {
    bug: 'the window opens by what was sent, not by what was acknowledged',
    edits: [
      [
        stream,
        'this.#unacked[0]!.index <= this.received.index) {',
        'this.#unacked[0]!.index <= this.received.index + 8) {',
      ],
    ],
    caughtBy: ['I13: what leaves a leader unacknowledged stays within the window'],
    options: bulky,
  },
  {
    bug: 'a stream begun again sends again from its beginning',
    edits: [
      [
        leading,
        'if (message.stream === stream.stream) stream.open();',
        'if (message.stream === stream.stream) (peer.stream = new Stream(this.#core, input.from, input.disk, message)).open();',
      ],
    ],
    caughtBy: ['F2: a stream sends each entry once, in order'],
  },
  {
    bug: 'a leader chains entries to the beginning, not to the entry before',
    edits: [['protocol/log-core.ts', 'seal(lastChain, {', 'seal(zeroChain, {']],
    caughtBy: ['I3: an entry is chained to the one before'],
  },
];
