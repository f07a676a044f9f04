import type { DatabaseSync } from 'node:sqlite';
import { zeroChain } from '../protocol/entry.ts';
import { epochAt, sameBallot, zeroPosition, type EpochStart, type Position } from '../protocol/position.ts';
import type { Head } from '../protocol/store-medium.ts';
import { corruptStore } from './store-error.ts';

export const headSchema = `
  create table head (
    id integer primary key check (id = 1),
    applied integer not null, digest integer not null, keys integer not null,
    base integer not null, base_number integer not null, base_disk integer not null,
    base_chain integer not null, base_total integer not null);
  insert into head values (1, 0, 0, 0, ${zeroPosition.index}, 0, 0, ${zeroChain}, 0);
  create table epoch (first integer primary key, number integer not null, disk integer not null)`;

interface HeadRow {
  readonly applied: number;
  readonly digest: number;
  readonly keys: number;
  readonly base: number;
  readonly base_number: number;
  readonly base_disk: number;
  readonly base_chain: number;
  readonly base_total: number;
}

interface LastRow {
  readonly idx: number;
  readonly number: number;
  readonly disk: number;
  readonly chain: number;
  readonly total: number;
}

interface EpochRow {
  readonly first: number;
  readonly number: number;
  readonly disk: number;
}

/** The head as data.db has it. In memory it is changed in place; what changed is written before the commit. */
export function loadHead(sql: DatabaseSync, file: string): Head {
  const row = sql.prepare('select * from head').get() as HeadRow | undefined;
  if (row === undefined) throw corruptStore(file, 'it does not say what position it shows');
  const { applied, digest, keys, base_chain: baseChain, base_total: baseTotal } = row;
  const base: Position = { epoch: { number: row.base_number, disk: row.base_disk }, index: row.base };
  const newest = sql
    .prepare('select idx, number, disk, chain, total from log order by idx desc limit 1')
    .get() as LastRow | undefined;
  const last =
    newest === undefined ? base : { epoch: { number: newest.number, disk: newest.disk }, index: newest.idx };
  const lastChain = newest?.chain ?? baseChain;
  const lastTotal = newest?.total ?? baseTotal;
  const head = {
    base,
    baseChain,
    baseTotal,
    last,
    lastChain,
    lastTotal,
    epochs: loadEpochs(sql),
    applied,
    digest,
    keys,
  };
  check(head, file);
  return head;
}

function loadEpochs(sql: DatabaseSync): readonly EpochStart[] {
  const rows = sql.prepare('select first, number, disk from epoch order by first').all();
  return (rows as unknown as readonly EpochRow[]).map(({ first, number, disk }) => ({
    epoch: { number, disk },
    firstIndex: first,
  }));
}

function check({ base, last, epochs, applied }: Head, file: string): void {
  const newest = epochs.at(-1)?.firstIndex ?? 0;
  if (newest > last.index || !sameBallot(epochAt(epochs, last.index), last.epoch)) {
    throw corruptStore(file, 'its log does not end in its newest epoch');
  }
  if (applied > last.index || applied < base.index) {
    throw corruptStore(file, 'it shows a position that its log does not have');
  }
}

/** Writes what a turn may have changed, once, before its commit; log and base are written as they change. */
export function headWriter(sql: DatabaseSync): (head: Head) => void {
  const update = sql.prepare('update head set applied = ?, digest = ?, keys = ?');
  return ({ applied, digest, keys }) => void update.run(applied, digest, keys);
}
