import { expect, test } from 'vitest';
import { shell } from './replab.ts';

/** The walking heart, in the very words of its issue. */
const script: readonly (readonly string[])[] = [
  ['up', '-c', 't1', '--nodes', '3', '--sync', '1', '--json'],
  ['put', '-c', 't1', 'x', '1'],
  ['wait', '-c', 't1', 'caught-up', '--timeout', '10s'],
  ['get', '-c', 't1', 'x', '--read', 'n2'],
  ['isolate', '-c', 't1', 'n3'],
  ['put', '-c', 't1', 'x', '2'],
  ['expect', '-c', 't1', 'nodes[id="n3"].lag.entries >= 1', '--within', '5s'],
  ['heal', '-c', 't1'],
  ['wait', '-c', 't1', 'caught-up', '--timeout', '10s'],
  ['diff', '-c', 't1'],
  ['kill', '-c', 't1', '@leader'],
  ['expect', '-c', 't1', '$count(leaders) = 0', '--within', '5s'],
  ['promote', '-c', 't1', 'n2'],
  ['put', '-c', 't1', 'x', '3'],
  ['down', '-c', 't1'],
];

test('a cluster starts, takes writes, is cut, catches up, loses its leader, and goes down clean', async () => {
  const { run, json } = shell();
  for (const args of script) {
    const { exit, stdout, stderr } = await run(args);
    expect({ args, exit, stdout, stderr }).toMatchObject({ exit: 0 });
    if (args[0] === 'get') expect(stdout).toBe('1\n');
  }
  expect(await json('ls')).toMatchObject({ clusters: [] });
});
