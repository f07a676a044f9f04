import type { DatabaseSync } from 'node:sqlite';
import type { Row, RowChange, Value } from '../protocol/entry.ts';
import { digestAfter, growth } from '../protocol/rows.ts';
import type { Head } from '../protocol/store-medium.ts';

/**
 * The rows that statements change, in order, with all old and new values (P2). TEMP triggers on the node's
 * own connection call a function for each row: they see what no caller knows (old values, conflict clauses,
 * later the users' own SQL), leave the schema in the file untouched, and feed the digest whoever writes.
 * `recursive_triggers` must be on, else OR REPLACE hides the delete it implies.
 */
export interface Capture {
  /** The rows changed since this was last asked. */
  take(): readonly RowChange[];
  /** Now; the answer takes back what was captured since, for when a savepoint rolls back. */
  mark(): () => void;
}

export function captureOf(sql: DatabaseSync, head: () => Head): Capture {
  let changes: RowChange[] = [];
  watch(sql, 'kv', ['key', 'value'], (change) => {
    const now = head();
    now.digest = digestAfter(now.digest, change);
    now.keys += growth(change);
    changes.push(change);
  });
  return {
    take() {
      const taken = changes;
      changes = [];
      return taken;
    },
    mark() {
      const { digest, keys } = head();
      const before = changes.length;
      return () => {
        changes.length = before;
        head().digest = digest;
        head().keys = keys;
      };
    },
  };
}

type Listener = (change: RowChange) => void;

function watch(sql: DatabaseSync, table: string, columns: readonly string[], changed: Listener): void {
  const width = columns.length;
  // A loop: for every row that changes, entries of it first would be half of what this costs.
  const rowOf = (values: readonly Value[], from = 0): Row => {
    const row: Record<string, Value> = {};
    for (let i = 0; i < width; i += 1) row[columns[i]!] = values[from + i]!;
    return row;
  };
  on(sql, 'insert', table, ['new'], columns, (row) => changed({ table, old: null, new: rowOf(row) }));
  on(sql, 'delete', table, ['old'], columns, (row) => changed({ table, old: rowOf(row), new: null }));
  on(sql, 'update', table, ['old', 'new'], columns, (row) =>
    changed({ table, old: rowOf(row), new: rowOf(row, width) }),
  );
}

function on(
  sql: DatabaseSync,
  event: 'insert' | 'update' | 'delete',
  table: string,
  sides: readonly ('old' | 'new')[],
  columns: readonly string[],
  listener: (values: readonly Value[]) => void,
): void {
  const name = quote(`captured_${event}_${table}`);
  sql.function(name.slice(1, -1), { varargs: true }, (...values) => {
    listener(values as Value[]);
    return null;
  });
  const values = sides.flatMap((side) => columns.map((column) => `${side}.${quote(column)}`));
  sql.exec(
    `create temp trigger ${name} after ${event} on main.${quote(table)} begin select ${name}(${values.join()}); end`,
  );
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
