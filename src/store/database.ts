import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { corruptStore, explain, foreignStore, StoreError } from './store-error.ts';

/** `RLAB`: what a replab database carries in its header as its application id. */
const applicationId = 0x524c4142;
const schemaVersion = 3;

export interface DatabaseOptions {
  readonly file: string;
  /** Whose data they are: a file of another cluster is not opened. */
  readonly cluster: string;
  readonly timeoutMs: number;
  readonly setUp: string;
}

export interface DatabaseFile {
  readonly sql: DatabaseSync;
  /** It held no schema: it was made just now, or its making was cut off. */
  readonly fresh: boolean;
}

/**
 * Opens `file`, making it when missing, and looks whose it is before anything is written: `setUp` (pragmas,
 * locks) is run after that. Throws `StoreError` on a file that is not a replab database of this version.
 */
export function openDatabase({ file, cluster, timeoutMs, setUp }: DatabaseOptions): DatabaseFile {
  return explaining(file, () => {
    // SQLite would remove a WAL that belongs to nothing.
    if (!existsSync(file) && existsSync(`${file}-wal`)) {
      throw corruptStore(file, 'it is missing, and its write-ahead log is there');
    }
    const sql = new DatabaseSync(file, { timeout: timeoutMs });
    try {
      const fresh = isFresh(sql, file, cluster);
      sql.exec(setUp);
      return { sql, fresh };
    } catch (error) {
      sql.close();
      throw error;
    }
  });
}

/** Makes the tables, and marks the database as replab's. To be called inside a transaction. */
export function createSchema(sql: DatabaseSync, schema: string, cluster: string): void {
  sql.exec(schema);
  sql.exec('create table owner (cluster text not null)');
  sql.prepare('insert into owner values (?)').run(cluster);
  sql.exec(`pragma application_id = ${applicationId}; pragma user_version = ${schemaVersion}`);
}

/** What `work` throws about `file`, as a `StoreError` wherever it is one. */
export function explaining<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(error, file);
  }
}

/** Whether it holds a schema, of whomever. */
export function isMade(sql: DatabaseSync): boolean {
  return sql.prepare('select 1 from sqlite_schema').get() !== undefined;
}

function isFresh(sql: DatabaseSync, file: string, cluster: string): boolean {
  if (!isMade(sql)) return true;
  const id = headerOf(sql, 'application_id');
  const version = headerOf(sql, 'user_version');
  if (id !== applicationId) throw foreignStore(file, 'is a database of another program');
  if (version > schemaVersion) {
    throw new StoreError(
      'newer-schema',
      `${file} was written by a later replab (schema ${version}; this one knows ${schemaVersion}). Use that version.`,
    );
  }
  if (version < schemaVersion)
    throw corruptStore(file, `this replab does not read what an earlier one wrote (schema ${version})`);
  const owner = sql.prepare('select cluster from owner').get() as { readonly cluster: string } | undefined;
  if (owner?.cluster !== cluster) throw foreignStore(file, 'belongs to another cluster');
  return false;
}

function headerOf(sql: DatabaseSync, field: 'application_id' | 'user_version'): number {
  return (sql.prepare(`pragma ${field}`).get() as Record<typeof field, number>)[field];
}
