import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultKinds, formatFault, parseFault } from '../../src/faults/faults.ts';
import { tempDir } from '../support/until.ts';
import { anyText, kinds, nodes, parsed } from './texts.ts';
import { fc } from '../support/property.ts';

describe('grammar (P8)', () => {
  test.for([
    ['partition n1', 'partition n1/n2,n3,n10'],
    ['partition n10,n2/n3', 'partition n1/n2,n10/n3'],
    ['partition client,n3/n1', 'partition n1/n2,n10/n3,client'],
    ['partition client', 'partition n1,n2,n3,n10/client'],
    ['cut n1:n2', 'cut n1:n2'],
    ['cut client:n1', 'cut client:n1'],
    ['cut n1:client', 'cut n1:client'],
    ['isolate n3', 'isolate n3'],
    ['skew n3 --drift 1% --offset 5000ms', 'skew n3 --offset 5s --drift 1%'],
    ['skew n3 --offset -250ms --monotonic-drift -0.5%', 'skew n3 --offset -250ms --monotonic-drift -0.5%'],
    ['skew n3 --offset 1500ms --drift 0%', 'skew n3 --offset 1500ms'],
    ['limit n3 0.50/s', 'limit n3 0.5/s'],
    ['disk n3 slow 1000ms', 'disk n3 slow 1s'],
    ['disk n3 lose-unsynced', 'disk n3 lose-unsynced'],
  ] as const)('%s is kept as %s', ([typed, kept]) => {
    expect(formatFault(parsed(typed))).toBe(kept);
  });

  test.for([
    ['partition', [], /one word/],
    ['partition', ['n1', 'n2'], /one word/],
    ['partition', [''], /a name is missing/],
    ['partition', ['n1,,n2'], /a name is missing/],
    ['partition', ['n1/'], /a name is missing/],
    ['partition', ['n1/n9'], /no node "n9"; the nodes are n1, n2, n3, n10/],
    ['partition', ['n1,n2/n1'], /n1 is named twice/],
    ['partition', ['n1,n1'], /n1 is named twice/],
    ['partition', ['n1,n2,n3,n10'], /one group/],
    ['partition', ['client,n1,n2,n3,n10'], /one group/],
    ['partition', ['@leader'], /no node "@leader"/],
    ['cut', [], /like n1:n2/],
    ['cut', ['n1'], /like n1:n2/],
    ['cut', ['n1:n2:n3'], /like n1:n2/],
    ['cut', ['n1:n2', 'n3'], /like n1:n2/],
    ['cut', ['n1:'], /a name is missing/],
    ['cut', ['n1:n1'], /no link to itself/],
    ['cut', ['client:client'], /no link to itself/],
    ['cut', ['n1:x'], /no node "x"/],
    ['isolate', [], /one node/],
    ['isolate', ['n1', 'n2'], /one node/],
    ['isolate', ['n1,n2'], /about one node/],
    ['cut', ['client@eu:n1'], /no place "client@eu"; clients stand at client/],
    ['isolate', ['client'], /no node "client"/],
    ['skew', [], /one node/],
    ['skew', ['n9'], /no node "n9"/],
    ['skew', ['n1'], /how wrong/],
    ['skew', ['n1', '--offset', '0s'], /how wrong/],
    ['skew', ['n1', '--offset', '5'], /a duration/],
    ['skew', ['n1', '--offset'], /--offset wants a value/],
    ['skew', ['n1', '--offset', '5s', '--offset', '6s'], /--offset is said twice/],
    ['skew', ['n1', 'toString', '1%'], /say one node/],
    ['skew', ['n1', '--toString', '1%'], /there is no --toString/],
    ['skew', ['n1', 'n2', '--offset', '5s'], /say one node/],
    ['skew', ['n1', '--offset', '9999h'], /at most 1000h/],
    ['skew', ['n1', '--drift', '91%'], /a percentage/],
    ['skew', ['n1', '--drift', '1'], /a percentage/],
    ['skew', ['n1', '--rate', '1%'], /there is no --rate/],
    ['limit', ['n1'], /a node and a rate/],
    ['limit', ['n9', '1/s'], /no node "n9"/],
    ['limit', ['n1', '0/s'], /like 100\/s/],
    ['limit', ['n1', '9999999/s'], /like 100\/s/],
    ['disk', ['n1'], /its trouble/],
    ['disk', ['n1', 'slow'], /how much longer/],
    ['disk', ['n1', 'slow', '11s'], /at most 10s/],
    ['disk', ['n1', 'full', '1'], /nothing more/],
    ['disk', ['n1', 'gone'], /slow, full or lose-unsynced/],
  ] as const)('%s %j says why not', ([kind, args, reason]) => {
    expect(parseFault(kind, args, nodes)).toMatch(reason);
  });

  test('a cluster of one node has nothing to partition or isolate', () => {
    expect(parseFault('partition', ['n1'], ['n1'])).toMatch(/one group/);
    expect(parseFault('isolate', ['n1'], ['n1'])).toMatch(/only node/);
  });

  test('what a fault prints parses back to it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parsed(formatFault(parsed(text)))).toEqual(parsed(text));
      }),
    );
  });

  test.for(kinds)(
    'the usage of %s is an example that parses, and every shell passes it on as typed',
    (kind) => {
      const { usage } = faultKinds[kind];
      expect(formatFault(parsed(usage))).toMatch(new RegExp(`^${kind} `));
      for (const shell of [
        ['sh', '-c'],
        ['bash', '-O', 'failglob', '-c'],
      ]) {
        const dir = tempDir();
        const run = spawnSync(shell[0]!, [...shell.slice(1), `printf '%s ' ${usage}`], {
          cwd: dir,
          encoding: 'utf8',
        });
        expect(run).toMatchObject({ status: 0, stdout: `${usage} `, stderr: '' });
        expect(readdirSync(dir)).toEqual([]);
      }
    },
  );

  test('no fault prints a character that a shell would take for its own', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(formatFault(parsed(text))).toMatch(/^[a-z]+ [-a-z0-9,:/.% ]+$/);
      }),
    );
  });
});
