import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { dedupeWindow } from '../../src/protocol/limits.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { openStore } from '../../src/store/open.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { disk, epoch1, put, turn, write } from './kit.ts';
import { fastDir, sqliteSubject } from './sqlite-subject.ts';

/** Opens, which must fail, and answers with the code; the sentence names the file or directory. */
function codeOf(dir: string, of = disk): string {
  try {
    openStore({ dir, cluster: 'c1', disk: of, durability: 'normal' }).close();
    return 'opened';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.message).toContain(dir);
    expect(error.message).toMatch(/\.$/);
    return error.code;
  }
}

/** A directory with a store that has seen writes, and is closed. */
function closedStore(): string {
  const dir = join(fastDir(), 'store');
  const store = openStore({ dir, cluster: 'c1', disk, durability: 'normal' });
  turn(store, () => write(store, put('a', '1')));
  store.close();
  return dir;
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('what cannot be opened says why', () => {
  test('foreign-store: another disk’s, another cluster’s, another program’s, or no database at all', () => {
    const dir = closedStore();
    expect(codeOf(dir, diskOf('n1', 2))).toBe('foreign-store');
    for (const file of ['node.db', 'data.db']) {
      const mixed = closedStore();
      change(join(mixed, file), "update owner set cluster = 'another'");
      expect(codeOf(mixed)).toBe('foreign-store');
    }
    expect(codeOf(dir)).toBe('opened');
    for (const file of ['node.db', 'data.db']) {
      const foreign = closedStore();
      change(join(foreign, file), 'pragma application_id = 7');
      expect(codeOf(foreign)).toBe('foreign-store');
      const other = closedStore();
      writeFileSync(join(other, file), 'these are my notes\n'.repeat(300));
      expect(codeOf(other)).toBe('foreign-store');
    }
  });

  test('another program’s database is left exactly as it was', () => {
    const dir = fastDir();
    change(join(dir, 'node.db'), 'create table notes (text)');
    const before = readFileSync(join(dir, 'node.db'));
    expect(codeOf(dir)).toBe('foreign-store');
    expect(readFileSync(join(dir, 'node.db')).equals(before)).toBe(true);
  });

  test('newer-schema', () => {
    for (const file of ['node.db', 'data.db']) {
      const dir = closedStore();
      change(join(dir, file), 'pragma user_version = 4');
      expect(codeOf(dir)).toBe('newer-schema');
    }
  });

  test.for([
    { what: 'node.db is gone', harm: (dir: string) => rmSync(join(dir, 'node.db')) },
    { what: 'data.db is gone', harm: (dir: string) => rmSync(join(dir, 'data.db')) },
    { what: 'data.db is cut short', harm: (dir: string) => truncateSync(join(dir, 'data.db'), 4096) },
    { what: 'node.db says nothing', harm: (dir: string) => change(join(dir, 'node.db'), 'delete from node') },
    { what: 'data.db has no head', harm: (dir: string) => change(join(dir, 'data.db'), 'delete from head') },
    { what: 'the log is gone', harm: (dir: string) => change(join(dir, 'data.db'), 'delete from log') },
    { what: 'the history is gone', harm: (dir: string) => change(join(dir, 'data.db'), 'delete from epoch') },
    {
      what: 'the state is ahead',
      harm: (dir: string) => change(join(dir, 'data.db'), 'update head set applied = 9'),
    },
    {
      what: 'the schema is older than any',
      harm: (dir: string) => change(join(dir, 'data.db'), 'pragma user_version = 0'),
    },
  ])('corrupt: $what', ({ harm }) => {
    const dir = closedStore();
    harm(dir);
    expect(codeOf(dir)).toBe('corrupt');
  });

  test('unwritable: the directory cannot be made, or a file is none', () => {
    const dir = fastDir();
    writeFileSync(join(dir, 'file'), '');
    expect(codeOf(join(dir, 'file'))).toBe('unwritable');
    expect(codeOf(join(dir, 'file', 'deeper'))).toBe('unwritable');
    mkdirSync(join(dir, 'store', 'node.db'), { recursive: true });
    expect(codeOf(join(dir, 'store'))).toBe('unwritable');
  });

  test('locked: another process has it open, and as long as it has', () => {
    const { dir, store, restart } = sqliteSubject();
    const program = `
      import { openStore } from ${JSON.stringify(fileURLToPath(new URL('../../src/store/open.ts', import.meta.url)))};
      try { openStore(${JSON.stringify({ dir, cluster: 'c1', disk, durability: 'normal' })}).close(); console.log('opened'); }
      catch (error) { console.log(error.code); }`;
    const other = () =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
      }).stdout.trim();
    expect(other()).toBe('locked');
    expect(codeOf(dir)).toBe('locked');
    restart();
    turn(store, () => store.local.promise(epoch1));
    expect(other()).toBe('locked');
    store.close();
    expect(other()).toBe('opened');
  });
});

test('what is found missing is not made anew: put back, it is whole again', () => {
  const aside = fastDir();
  for (const file of ['node.db', 'data.db']) {
    const { dir, store, sqlite } = sqliteSubject();
    turn(store, () => write(store, put('a', '1')));
    // As a kill leaves them: with their WAL.
    const left = join(fastDir(), 'left');
    cpSync(dir, left, { recursive: true });
    sqlite().close();
    renameSync(join(left, file), join(aside, file));
    expect(codeOf(left)).toBe('corrupt');
    expect(existsSync(join(left, `${file}-wal`))).toBe(true);
    renameSync(join(aside, file), join(left, file));
    const again = openStore({ dir: left, cluster: 'c1', disk, durability: 'normal' });
    expect(again.log.last().index).toBe(1);
    again.close();
  }
});

test('a start that was cut off before it settled is begun again', () => {
  const dir = closedStore();
  // What is left of it: an empty node.db, and data.db made or not.
  rmSync(join(dir, 'data.db'));
  writeFileSync(join(dir, 'node.db'), '');
  expect(codeOf(dir)).toBe('opened');
  writeFileSync(join(dir, 'node.db'), '');
  expect(codeOf(dir)).toBe('opened');
});

test('the directory is its owner’s alone', () => {
  expect(statSync(closedStore()).mode & 0o777).toBe(0o700);
});

test('a turn that only reads, or promises what is promised, writes nothing', () => {
  const { dir, store } = sqliteSubject();
  turn(store, () => {
    write(store, put('a', '1'));
    store.local.promise(epoch1);
  });
  // A WAL carries no locks, so it may be looked into (a POSIX lock dies with any close of its file).
  const written = () => ['node.db-wal', 'data.db-wal'].map((file) => readFileSync(join(dir, file), 'base64'));
  const before = written();
  turn(store, () => {
    store.local.promise(epoch1);
    store.state.read({ kind: 'get', key: 'a' });
    store.state.execute({ kind: 'del', keys: ['x'] });
    expect(store.log.receive(store.log.last(), store.log.chainAt(store.log.last())!, [])).toBe('ok');
    store.log.cutAfter(store.log.last());
    store.log.trimTo(store.log.base());
  });
  expect(written()).toEqual(before);
  turn(store, () => write(store, put('a', '2')));
  expect(written()[0]).toBe(before[0]);
  expect(written()[1]).not.toBe(before[1]);
});

test('trimming prunes the rows that no undo can bring back', () => {
  const { dir, store } = sqliteSubject();
  const rows = () => {
    const database = new DatabaseSync(join(dir, 'data.db'), { readOnly: true });
    const { n } = database.prepare('select count(*) as n from dedupe').get() as { n: number };
    database.close();
    return n;
  };
  turn(store, () => {
    for (let seq = 0; seq < dedupeWindow + 50; seq += 1)
      write(store, put('a', `${seq}`), { client: 'c', seq });
  });
  expect(rows()).toBe(dedupeWindow + 50);
  turn(store, () => store.log.trimTo({ epoch: epoch1, index: dedupeWindow + 30 }));
  expect(rows()).toBe(dedupeWindow + 20);
});

test('no iterator survives a call: a checkpoint right after is complete', () => {
  const { dir, store } = sqliteSubject();
  turn(store, () => {
    for (let i = 0; i < 50; i += 1) write(store, put(`k${i}`, `${i}`));
  });
  store.state.read({ kind: 'scan', after: null, limit: 3 });
  store.log.read(store.log.base(), 100);
  const database = new DatabaseSync(join(dir, 'data.db'));
  expect(database.prepare('pragma wal_checkpoint(truncate)').get()).toMatchObject({ busy: 0 });
  database.close();
});
