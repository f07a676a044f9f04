import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClusterEvent } from '../../src/cluster/event.ts';
import { openEventLog, type EventLog } from '../../src/supervisor/event-log.ts';
import { tempDir } from '../support/until.ts';

function open(path: string): EventLog {
  const log = openEventLog(path, () => 12.6);
  onTestFinished(() => log.close());
  return log;
}

describe('the event log', () => {
  test('numbers from 1, writes each line before anyone hears of it', () => {
    const path = join(tempDir(), 'events.ndjson');
    const log = open(path);
    const heard: string[] = [];
    log.subscribe((event) => heard.push(`${event.seq} ${readFileSync(path, 'utf8').split('\n').length}`));
    expect([log.last, log.append(null, 'up', { nodes: 3 }), log.append('n1', 'started'), log.last]).toEqual([
      0, 1, 2, 2,
    ]);
    expect(heard).toEqual(['1 2', '2 3']);
    expect(log.after(0)[0]).toEqual({ seq: 1, tMs: 13, node: null, name: 'up', fields: { nodes: 3 } });
    expect(log.after(1).map(({ name }) => name)).toEqual(['started']);
    expect(log.after(2)).toEqual([]);
  });

  test('goes on where it ended: numbers never repeat', () => {
    const path = join(tempDir(), 'events.ndjson');
    open(path).append(null, 'up');
    const log = open(path);
    expect(log.append(null, 'up')).toBe(2);
    expect(log.after(0).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('a line cut short by a crash is left behind, and spoils no other', () => {
    const path = join(tempDir(), 'events.ndjson');
    const whole = open(path);
    whole.append(null, 'one');
    whole.append(null, 'two');
    appendFileSync(path, '{"seq":3,"tMs":1,"node":null,"na');
    const log = open(path);
    expect(log.append(null, 'three')).toBe(3);
    expect(
      open(path)
        .after(0)
        .map(({ seq, name }) => [seq, name]),
    ).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
  });

  test('foreign lines are passed over', () => {
    const path = join(tempDir(), 'events.ndjson');
    writeFileSync(path, 'hello\n{}\nnull\n[1]\n');
    const log = open(path);
    expect([log.after(0), log.append(null, 'up')]).toEqual([[], 1]);
  });

  test('what no longer fits in memory is read from the file', () => {
    const log = open(join(tempDir(), 'events.ndjson'));
    for (let i = 0; i < 45_000; i += 1) log.append(null, 'tick');
    const all: readonly ClusterEvent[] = log.after(3);
    expect([all.length, all[0]?.seq, all.at(-1)?.seq]).toEqual([44_997, 4, 45_000]);
    expect(all.every((event, i) => event.seq === i + 4)).toBe(true);
  });

  test('a listener that left hears nothing', () => {
    const log = open(join(tempDir(), 'events.ndjson'));
    const heard: number[] = [];
    const leave = log.subscribe(({ seq }) => heard.push(seq));
    log.append(null, 'one');
    leave();
    log.append(null, 'two');
    expect(heard).toEqual([1]);
  });
});
