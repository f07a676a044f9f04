import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReplabError } from '../../src/control/errors.ts';
import { HistoryMistake } from '../../src/history/mistake.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { HistoryFile } from '../../src/load/history-file.ts';
import { tempDir, until } from '../support/until.ts';

const header = {
  nodes: ['n1', 'n2'],
  initial: null,
  model: 'register',
  claims: ['linearizable'],
  appended: true,
};

function clock() {
  let now = 0;
  return () => (now += 1);
}

describe('a history that is written as it happens', () => {
  test('reads back as the very operations that were told', () => {
    const path = join(tempDir(), 'l1.ndjson');
    const file = new HistoryFile(path, header, clock());
    const write = file.begin({ process: 0, session: 'u1', f: 'write', key: 'x', value: 'v1' });
    const read = file.begin({ process: 1, session: '1', f: 'read', key: 'x', value: null });
    const lost = file.begin({ process: 2, session: 'u2', f: 'write', key: 'x', value: 'v2' });
    const operations = [
      write.ended('ok', 'n1', 'v1'),
      read.ended('ok', 'n2', null),
      lost.ended('info', null, null),
    ];
    const last = file.begin({ process: 3, session: '3', f: 'read', key: 'x', value: null, final: true });
    operations.push(last.ended('fail', 'n2', null));
    file.close();
    const history = readHistory(readFileSync(path, 'utf8'));
    expect(history).toEqual({ header, operations, keyed: false });
  });

  test('however its writer ends, what is there is a history', async () => {
    const path = join(tempDir(), 'l1.ndjson');
    const file = new HistoryFile(path, header, clock());
    file.begin({ process: 0, session: '0', f: 'write', key: 'x', value: 'v1' }).ended('ok', 'n1', 'v1');
    file.begin({ process: 0, session: '0', f: 'write', key: 'x', value: 'v2' }).ended('ok', 'n1', 'v2');
    // It is written by itself.
    const whole = await until('all lines', () => {
      const text = readFileSync(path, 'utf8');
      return text.split('\n').length === 6 && text;
    });
    for (let length = whole.indexOf('\n') + 1; length <= whole.length; length += 1) {
      const { operations, torn } = readHistory(whole.slice(0, length));
      expect(operations.length).toBeLessThanOrEqual(2);
      expect(torn ?? false).toBe(whole[length - 1] !== '\n');
    }
    file.close();
  });

  test('a torn line is a mistake in any other', () => {
    const text = '{"schema":"replab.history/1"}\n{"type":"invoke","process":0,"f":"rea';
    expect(() => readHistory(text)).toThrow(HistoryMistake);
  });

  test('is not written over another', () => {
    const path = join(tempDir(), 'l1.ndjson');
    writeFileSync(path, '');
    expect(() => new HistoryFile(path, header, clock())).toThrow(ReplabError);
  });
});
