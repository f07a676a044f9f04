import type { DatabaseSync } from 'node:sqlite';
import type { Hash48 } from '../lib/hash.ts';
import type { Body, Entry } from '../protocol/entry.ts';
import type { Result } from '../protocol/request.ts';
import type { LogTable, Measure } from '../protocol/store-medium.ts';

/**
 * One row an entry. `total` counts the characters of all entries up to this one, so that a read knows its
 * end before it reads a body; it stands before the body, whose pages are then left alone. (One row a turn
 * would save a tenth of a put at 50 puts a turn, and would make cutting and reading from the middle of a
 * row a matter of rewriting it.)
 */
export const logSchema = `
  create table log (
    idx integer primary key,
    number integer not null, disk integer not null, chain integer not null, total integer not null,
    kind text not null, client text, seq integer, result text, body text not null);
  create index log_kind on log (kind, idx) where kind <> 'rows'`;

interface LogRow {
  readonly idx: number;
  readonly number: number;
  readonly disk: number;
  readonly chain: Hash48;
  readonly client: string | null;
  readonly seq: number | null;
  readonly result: string | null;
  readonly body: string;
}

const columns = 'idx, number, disk, chain, client, seq, result, body';

export function logRows(sql: DatabaseSync): LogTable {
  const add = sql.prepare('insert into log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const addEpoch = sql.prepare('insert into epoch values (?, ?, ?)');
  const measure = sql.prepare('select chain, total from log where idx = ?');
  const firstBeyond = sql.prepare(
    'select idx from log where idx > ? and idx <= ? and total > ? order by idx limit 1',
  );
  const between = sql.prepare(`select ${columns} from log where idx > ? and idx <= ? order by idx`);
  const newestRows = sql.prepare(`select ${columns} from log where kind = 'rows' order by idx desc limit 1`);
  // The first condition is what lets SQLite use the partial index.
  const newestOther = sql.prepare(
    `select ${columns} from log where kind <> 'rows' and kind = ? order by idx desc limit 1`,
  );
  const after = sql.prepare(`select ${columns} from log where idx > ? order by idx desc`);
  const cut = sql.prepare('delete from log where idx > ?');
  const cutEpochs = sql.prepare('delete from epoch where first > ?');
  const trim = sql.prepare('delete from log where idx <= ?');
  const setBase = sql.prepare(
    'update head set base = ?, base_number = ?, base_disk = ?, base_chain = ?, base_total = ?',
  );
  return {
    add({ entry, body, result }, total) {
      const { at, chain, client = null, seq = null } = entry;
      const { number, disk } = at.epoch;
      add.run(at.index, number, disk, chain, total, entry.body.kind, client, seq, result, body);
    },
    addEpoch: ({ epoch, firstIndex }) => void addEpoch.run(firstIndex, epoch.number, epoch.disk),
    measureAt: (index) => measure.get(index) as unknown as Measure | undefined,
    page(from, to, total) {
      const beyond = (firstBeyond.get(from + 1, to, total) as { idx: number } | undefined)?.idx;
      return entriesOf(between.all(from, beyond === undefined ? to : beyond - 1));
    },
    newest(kind) {
      const row = kind === 'rows' ? newestRows.get() : newestOther.get(kind);
      return row === undefined ? null : entryOf(row as unknown as LogRow);
    },
    cutAfter(index) {
      const entries = entriesOf(after.all(index));
      cut.run(index);
      cutEpochs.run(index);
      return entries;
    },
    trimTo({ epoch, index }, { chain, total }) {
      trim.run(index);
      setBase.run(index, epoch.number, epoch.disk, chain, total);
    },
  };
}

function entriesOf(rows: readonly unknown[]): readonly Entry[] {
  return (rows as readonly LogRow[]).map(entryOf);
}

/** Keys in the order of `Entry`: what was sealed and what is read back have the same JSON. */
function entryOf({ idx, number, disk, chain, client, seq, result, body }: LogRow): Entry {
  return {
    at: { epoch: { number, disk }, index: idx },
    chain,
    ...(client === null ? {} : { client }),
    ...(seq === null ? {} : { seq }),
    ...(result === null ? {} : { result: JSON.parse(result) as Result }),
    body: JSON.parse(body) as Body,
  };
}
