import { only } from './conditions.ts';
import type { Planted } from './planted.ts';

const tables = 'sim/memory-tables.ts';
const file = 'sim/memory-node.ts';
const store = 'sim/memory-store.ts';
const log = 'protocol/log-core.ts';
const state = 'protocol/state-core.ts';

/** Bugs of stores: of what both share, and of what a disk may lose. */
export const disk: readonly Planted[] = [
  {
    bug: 'a promise is not persisted',
    edits: [
      [file, 'countBoot: () => void (boot += 1)', 'countBoot: () => { boot += 1; written = zeroBallot; }'],
    ],
    caughtBy: ['I7: promised never falls on a disk'],
  },
  {
    bug: 'a disk loses its last entry when the process dies',
    edits: [
      [
        store,
        '      node.countBoot();\n      life.alive = true;',
        `      node.countBoot();
      life.alive = true;
      const last = data.log.last();
      const epoch = data.log.epochs().findLast(({ firstIndex }) => firstIndex < last.index)?.epoch;
      if (epoch === undefined || last.index < 9) return;
      const before = { epoch, index: last.index - 1 };
      const [entry] = data.log.read(before, 1);
      turn.open = true;
      if (data.state.applied().index === last.index) data.state.undo(entry!);
      data.log.cutAfter(before);
      files.commit();
      turn.open = false;`,
      ],
    ],
    caughtBy: ['F3: what was durable leaves a log only into the discarded'],
  },
  {
    bug: 'a disk that lost what was not fsynced keeps its id (P5)',
    edits: [
      [
        'sim/disk.ts',
        '    this.#life += 1;\n    this.store.loseUnsynced(commits, this.id);',
        '    this.store.loseUnsynced(commits, this.id);',
      ],
    ],
    caughtBy: ["I4: a leader's match is durable on the follower's present disk"],
    options: only('lose-unsynced', 'isolate'),
  },
  {
    bug: 'an older copy of a disk comes back under the old id (P5)',
    edits: [
      [
        'sim/disk.ts',
        '    this.#life += 1;\n    this.#replace();\n    this.store.load(',
        '    this.#replace();\n    this.store.load(',
      ],
    ],
    caughtBy: ["I4: a leader's match is durable on the follower's present disk"],
    options: only('restore', 'isolate'),
  },
  {
    bug: 'what was discarded is gone with the process',
    edits: [
      [file, 'countBoot: () => void (boot += 1)', 'countBoot: () => { boot += 1; discarded.clear(); }'],
    ],
    caughtBy: ['F3: an acknowledged write is kept or listed as discarded'],
    options: { modeOptions: { sync: 'none' }, ...only('isolate', 'promote-forced', 'kill', 'restore') },
  },
  {
    bug: 'a cut that is made again keeps its entries again',
    edits: [
      [
        file,
        'JSON.stringify([entry.at, entry.chain])',
        'JSON.stringify([entry.at, entry.chain, discarded.size])',
      ],
    ],
    caughtBy: ['F3: an entry is discarded once'],
    options: { modeOptions: { sync: 'none' }, ...only('isolate', 'promote-forced', 'commit-torn') },
  },
  {
    bug: 'a page of a log ends one entry early',
    edits: [[tables, 'index <= to; index += 1', 'index < to; index += 1']],
    caughtBy: ['I2: the log reads back up to its last position'],
  },
  {
    bug: 'a page of a log skips an entry',
    edits: [[tables, '      entries.push(row.entry);', '      if (index % 30 > 0) entries.push(row.entry);']],
    caughtBy: ['I2: indexes are gapless'],
  },
  {
    bug: 'an old entry rots',
    edits: [
      [
        tables,
        '      rows.push({ entry, total });',
        '      rows.push({ entry, total });\n      if (rows.length === 40) rows[10] = { ...rows[10]!, entry: { ...rows[10]!.entry, chain: 1 } };',
      ],
    ],
    caughtBy: ['I2: a log does not change unseen'],
  },
  {
    bug: 'the epochs of what was cut stay in the history',
    edits: [
      [log, '      now.epochs = now.epochs.filter(({ firstIndex }) => firstIndex <= position.index);\n', ''],
    ],
    caughtBy: ['I2: the epoch history is that of the entries'],
  },
  {
    bug: 'an entry now and then is written under no epoch',
    edits: [
      [
        log,
        'const at = { epoch, index: last.index + 1 };',
        'const at = { epoch: last.index % 30 === 29 ? head().base.epoch : epoch, index: last.index + 1 };',
      ],
    ],
    caughtBy: ['I2: epochs never fall along a log'],
  },
  {
    bug: 'dedupe is forgotten with the leader: followers do not remember what they apply',
    edits: [
      [
        state,
        '      head().applied = entry.at.index;\n      dedupe.add(entry);',
        '      head().applied = entry.at.index;',
      ],
    ],
    caughtBy: ['B0.1: a write with an identity is executed once in a log'],
  },
  {
    bug: 'a digest is of the log, not of what was applied',
    edits: [
      [
        state,
        "digest: () => ({ kind: 'rows', at: applied(), value",
        "digest: () => ({ kind: 'rows', at: log.base(), value",
      ],
    ],
    caughtBy: ['P12: a digest is of what was applied'],
  },
  {
    bug: 'a digest keeps the rows that are overwritten',
    edits: [
      [tables, '    if (old !== null) head.digest = subtractHash(head.digest, pairHash(key, old));\n', ''],
    ],
    caughtBy: ['I9: the digest is that of the contents the log makes'],
  },
  {
    bug: 'a follower forgets to digest what it deletes',
    edits: [
      [
        tables,
        '      change(wanted.key, wanted.old, wanted.new);',
        '      const before = head.digest;\n      change(wanted.key, wanted.old, wanted.new);\n      if (wanted.new === null) head.digest = before;',
      ],
    ],
    caughtBy: ['I9: equal position and chain, equal digest'],
  },
  {
    bug: 'a deleted key still counts',
    edits: [[tables, '    head.keys += growth(row);', '    head.keys += Math.max(0, growth(row));']],
    caughtBy: ['I9: the contents are what the log makes'],
  },
];
