import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHistory } from '../../src/history/read-history.ts';
import { until } from '../support/until.ts';
import { cluster, type Shell } from './replab.ts';

const named = ['-c', 't1'] as const;
const dirOf = ({ env }: Shell): string => join(env['XDG_STATE_HOME']!, 'replab', 't1');

test('who is killed amid an operation leaves it open, and the history can be checked still', async () => {
  const shell = await cluster(...named, '--nodes', '1');
  const { ok, json, start } = shell;
  await ok('put', 'x', 'one', '--as', 'alice');
  await ok('pause', 'n1');
  const file = join(dirOf(shell), 'history', 'manual.ndjson');
  for (const [i, command] of [
    ['get', 'x'],
    ['put', 'x', 'two'],
  ].entries()) {
    const { child, ended } = start([...command, '--as', 'alice']);
    await until('it to be under way', () => readFileSync(file, 'utf8').split('\n').length === 5 + i);
    child.kill('SIGKILL');
    await ended;
  }
  await ok('resume', 'n1');
  await ok('get', 'x', '--as', 'alice');
  expect(await json('check', 'manual')).toMatchObject({ operations: { ok: 2, info: 2 } });
});

test('a history of keys that are not of one kind says which is not', async () => {
  const { ok, run } = await cluster(...named, '--nodes', '1');
  await ok('put', 'x', 'one');
  await ok('cas', 'x', 'one', 'two');
  await ok('incr', 'visits');
  const { exit, stderr } = await run(['check', 'manual']);
  expect({ exit, stderr: stderr.replaceAll(/\s+/g, ' ') }).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('all keys are checked as one kind, and this is done to visits'),
  });
});

test('what is done by hand is in the history, as whoever did it, and can be checked', async () => {
  const shell = await cluster(...named, '--sync', 'none');
  const { ok, run } = shell;
  await ok('put', 'x', 'one', '--as', 'alice');
  await ok('wait', 'caught-up');
  await ok('isolate', 'n3');
  await ok('put', 'x', 'two', '--as', 'alice');
  await ok('get', 'x', '--as', 'alice');
  await ok('cas', 'x', 'two', 'three');
  await run(['cas', 'x', 'two', 'three']);
  await run(['put', 'x', 'never', '--at', 'n2']);
  const file = join(dirOf(shell), 'history', 'manual.ndjson');
  const { operations, header } = readHistory(readFileSync(file, 'utf8'));
  expect(header.nodes).toEqual(['n1', 'n2', 'n3']);
  expect(
    operations.map(({ process, session, f, output, outcome, node }) => [
      process,
      session,
      f,
      output,
      outcome,
      node,
    ]),
  ).toEqual([
    [0, 'alice', 'write', 'one', 'ok', 'n1'],
    [0, 'alice', 'write', 'two', 'ok', 'n1'],
    [0, 'alice', 'read', 'two', 'ok', 'n1'],
    [1, '1', 'cas', ['two', 'three'], 'ok', 'n1'],
    [2, '2', 'cas', ['two', 'three'], 'fail', 'n1'],
    [3, '3', 'write', 'never', 'fail', 'n2'],
  ]);
  expect((await run(['check', file, '--as', 'read-your-writes'])).exit).toBe(0);
  await ok('get', 'x', '--as', 'alice', '--read', 'n3');
  expect((await run(['check', file, '--as', 'read-your-writes'])).exit).toBe(1);
});
