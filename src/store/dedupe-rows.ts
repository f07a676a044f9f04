import type { DatabaseSync } from 'node:sqlite';
import { dedupeWindow } from '../protocol/limits.ts';
import { dedupeOf } from '../protocol/log-rules.ts';
import type { Result } from '../protocol/request.ts';
import type { DedupeTable } from '../protocol/store-medium.ts';

export const dedupeSchema = `
  create table dedupe (
    client text not null, seq integer not null, idx integer not null, result text not null,
    primary key (client, seq, idx)) without rowid`;

interface Row {
  readonly idx: number;
  readonly result: string;
  /** The client's newest seq. */
  readonly newest: number;
}

export function dedupeRows(sql: DatabaseSync): DedupeTable {
  const find = sql.prepare(`
    select idx, result, (select max(seq) from dedupe where client = ?1) as newest
    from dedupe where client = ?1 and seq = ?2 order by idx desc limit 1`);
  const add = sql.prepare('insert into dedupe values (?, ?, ?, ?)');
  const remove = sql.prepare('delete from dedupe where client = ? and seq = ? and idx = ?');
  const trim = sql.prepare(`
    with trimmed as materialized (
      select client, max(seq) as newest from dedupe where idx <= ? group by client)
    delete from dedupe where seq <= (
      select newest - ${dedupeWindow} from trimmed where trimmed.client = dedupe.client)`);
  return {
    find(client, seq) {
      const row = find.get(client, seq) as unknown as Row | undefined;
      if (row === undefined || seq <= row.newest - dedupeWindow) return null;
      return { index: row.idx, result: JSON.parse(row.result) as Result };
    },
    add(entry) {
      const key = dedupeOf(entry);
      if (key !== null) add.run(key.client, key.seq, entry.at.index, JSON.stringify(entry.result));
    },
    remove(entry) {
      const key = dedupeOf(entry);
      if (key !== null) remove.run(key.client, key.seq, entry.at.index);
    },
    trim: (base) => void trim.run(base),
  };
}
