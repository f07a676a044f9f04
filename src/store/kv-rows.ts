import type { DatabaseSync } from 'node:sqlite';
import { asKeyChange } from '../protocol/rows.ts';
import type { KvTable } from '../protocol/store-medium.ts';
import type { Capture } from './capture.ts';

/**
 * A table with rowids: with values inside the keys' own B-tree (WITHOUT ROWID) a put took a third longer,
 * and values near a quarter of a page grew the file fourfold.
 */
export const kvSchema = 'create table kv (key text primary key not null, value text not null)';

/** `reading`: to be called before a row is read. */
export function kvRows(sql: DatabaseSync, capture: Capture, reading: () => void): KvTable {
  const get = sql.prepare('select value from kv where key = ?');
  // Half the cost of an object.
  get.setReturnArrays(true);
  const put = sql.prepare('insert into kv values (?, ?) on conflict do update set value = excluded.value');
  const remove = sql.prepare('delete from kv where key = ?');
  const add = sql.prepare('insert into kv values (?, ?) on conflict do nothing');
  const replace = sql.prepare('update kv set value = ? where key = ? and value = ?');
  const removeOld = sql.prepare('delete from kv where key = ? and value = ?');
  const all = sql.prepare('select key, value from kv order by key');
  const after = sql.prepare('select key, value from kv where key > ? order by key');
  return {
    get(key) {
      reading();
      return (get.get(key) as unknown as readonly [string] | undefined)?.[0] ?? null;
    },
    assign(key, value) {
      if (value === null) remove.run(key);
      else put.run(key, value);
    },
    fits(row) {
      const change = asKeyChange(row);
      if (change === null) return false;
      const { key, old, new: now } = change;
      if (old === null) return add.run(key, now).changes === 1;
      if (now === null) return removeOld.run(key, old).changes === 1;
      return replace.run(now, key, old).changes === 1;
    },
    taken: capture.take,
    *pairsAfter(key) {
      const rows = key === null ? all.iterate() : after.iterate(key);
      for (const row of rows as Iterable<unknown> as Iterable<{ key: string; value: string }>) {
        yield [row.key, row.value];
      }
    },
  };
}
