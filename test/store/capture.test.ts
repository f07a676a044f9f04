import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { digestAfter } from '../../src/protocol/rows.ts';
import type { Head } from '../../src/protocol/store-medium.ts';
import { newTurn } from '../../src/protocol/store-medium.ts';
import { emptyHead } from '../../src/sim/memory-tables.ts';
import { captureOf } from '../../src/store/capture.ts';
import { kvSchema } from '../../src/store/kv-rows.ts';
import { soundDisk } from '../../src/store/session.ts';
import { transactionOf } from '../../src/store/transaction.ts';

function setUp() {
  const sql = new DatabaseSync(':memory:');
  sql.exec(`pragma recursive_triggers = 1; ${kvSchema}`);
  const head: Head = emptyHead();
  return { sql, head, capture: captureOf(sql, () => head) };
}

const row = (key: string, value: string) => ({ key, value });

test('P2: whatever SQL changes rows, each change is captured, in order, with old and new values', () => {
  const { sql, capture } = setUp();
  sql.exec("insert into kv values ('a', '1'), ('b', '2')");
  sql.exec("insert or replace into kv values ('a', '3')");
  sql.exec("update kv set value = value || '!'");
  sql.exec('delete from kv');
  expect(capture.take().map(({ old, new: now }) => [old, now])).toEqual([
    [null, row('a', '1')],
    [null, row('b', '2')],
    [row('a', '1'), null],
    [null, row('a', '3')],
    [row('b', '2'), row('b', '2!')],
    [row('a', '3'), row('a', '3!')],
    [row('b', '2!'), null],
    [row('a', '3!'), null],
  ]);
  expect(capture.take()).toEqual([]);
});

test('P2: what a savepoint rolls back is cut back, from rows, digest and size alike', () => {
  const { sql, head, capture } = setUp();
  sql.exec("begin; insert into kv values ('a', '1')");
  const [digest, keys] = [head.digest, head.keys];
  const cutBack = capture.mark();
  sql.exec("savepoint s; insert into kv values ('b', '2'); delete from kv where key = 'a'; rollback to s");
  cutBack();
  sql.exec("release s; insert into kv values ('c', '3'); commit");
  expect([digest, keys]).not.toEqual([0, 0]);
  expect(capture.take().map(({ new: now }) => now)).toEqual([row('a', '1'), row('c', '3')]);
  expect(head.digest).toBe(digestAfter(digest, { table: 'kv', old: null, new: row('c', '3') }));
  expect(head.keys).toBe(2);
});

test('P2: the capture leaves the schema of the file alone', () => {
  const { sql } = setUp();
  expect(sql.prepare("select count(*) as n from main.sqlite_schema where type = 'trigger'").get()).toEqual({
    n: 0,
  });
});

test('P1: a transaction that SQLite took back by itself is not committed as if it were there', () => {
  const { sql } = setUp();
  const turn = newTurn();
  const transaction = transactionOf(sql, turn, soundDisk);
  turn.open = true;
  transaction.write();
  sql.exec("insert into kv values ('a', '1')");
  // What ON CONFLICT ROLLBACK, RAISE(ROLLBACK) and some I/O errors do.
  expect(() => sql.exec("insert or rollback into kv values ('a', '2')")).toThrow('UNIQUE');
  expect(() => transaction.commit()).toThrow('vanished');
});
