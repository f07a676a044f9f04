import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { complete } from '../../../src/cli/complete/complete.ts';
import { commandNames } from '../../../src/commands/commands.ts';
import type { Known } from '../../../src/commands/completes.ts';
import type { ClusterRecord } from '../../../src/control/cluster-record.ts';
import { clusterDir, paths } from '../../../src/control/state-dir.ts';
import { tempDir } from '../../support/until.ts';

const record = {
  spec: {
    name: 'c1',
    nodes: ['n1', 'n2', 'n3'],
    shards: 2,
    regions: { of: { n1: 'eu', n2: 'us', n3: 'us' }, latencyMs: { eu: {}, us: {} } },
  },
  faults: [{ id: 'f1', params: { kind: 'isolate' } }],
} as unknown as ClusterRecord;
const root = tempDir();
mkdirSync(paths.savedDisk(clusterDir(root, 'c1'), 'n3', 'before'), { recursive: true });
mkdirSync(paths.savedDisk(clusterDir(root, 'c1'), 'n3', 'half.new'));
const known: Known = { root, cluster: () => record };
const alone: Known = { ...known, cluster: () => null };

async function offered(line: readonly string[], about = known): Promise<readonly string[]> {
  const completion = await complete(line, about);
  return completion.kind === 'files' ? ['(files)'] : completion.candidates.map(({ word }) => word);
}

test('commands', async () => {
  expect(await offered([''])).toEqual([...commandNames, 'help']);
  expect(await offered(['expe'])).toEqual(['expect', 'expect-exit']);
  expect(await offered(['-c', 't1', '--json', 'ki'])).toEqual(['kill']);
  expect(await offered(['help', 'rest'])).toEqual(['restart']);
  expect(await offered(['nonsense', ''])).toEqual([]);
});

describe('words', () => {
  test.for([
    [
      ['lab', ''],
      ['list', 'show', 'run', 'step', 'new'],
    ],
    [['lab', 'run', 'leader-f'], ['leader-follower']],
    [['lab', 'run', 'leader-follower', 'leader-f'], []],
    [
      ['kill', 'n'],
      ['n1', 'n2', 'n3'],
    ],
    [
      ['kill', 'n1', 'n'],
      ['n2', 'n3'],
    ],
    [
      ['kill', 'n1,'],
      ['n1,n2', 'n1,n3'],
    ],
    [
      ['kill', '@lea'],
      ['@leader', '@leader.old', '@leader:1'],
    ],
    [['kill', 'n2,@mi'], ['n2,@minority']],
    [
      ['cut', 'n1:n'],
      ['n1:n2', 'n1:n3'],
    ],
    [
      ['partition', 'n1/cl'],
      ['n1/client', 'n1/client@eu', 'n1/client@us'],
    ],
    [
      ['promote', 'n1', '--shard', ''],
      ['0', '1'],
    ],
    [['get', 'x', '--read', 'f'], ['follower']],
    [
      ['get', 'x', '--read=n'],
      ['--read=nearest', '--read=n1', '--read=n2', '--read=n3'],
    ],
    [['put', 'x', '1', '--at', '@leader.'], ['@leader.old']],
    [['heal', ''], ['f1']],
    [
      ['disk', 'n1', ''],
      ['slow', 'full', 'lose-unsynced', 'save', 'restore'],
    ],
    [['disk', 'n3', 'restore', ''], ['before']],
    [['disk', 'n1', 'restore', ''], []],
    [['disk', '@leader', 'restore', 'b'], ['before']],
    [['disk', 'n3', 'slow', ''], []],
    [
      ['link', 'n1:n2', '--lane', ''],
      ['ctl', 'log', 'bulk'],
    ],
    [['link', 'n1:n2', '--lane', 'ctl,lo'], ['ctl,log']],
    [['link', 'n1:n2', '--class', 'hel'], ['hello']],
    [['check', 'h', '--as', 'linearizable,seq'], ['linearizable,sequential']],
    [['partition', 'ri'], ['ring']],
    [['partition', 'bri'], ['bridge:']],
    [
      ['partition', 'bridge:n'],
      ['bridge:n1', 'bridge:n2', 'bridge:n3'],
    ],
    [['partition', 'n1/ri'], []],
    [['cut', 'ri'], []],
    [
      ['skew', 'n'],
      ['n1', 'n2', 'n3'],
    ],
    [
      ['logs', ''],
      ['n1', 'n2', 'n3', 'supervisor'],
    ],
    [['wait', 'ca'], ['caught-up']],
    [['up', '--mode', ''], ['single-leader']],
    [
      ['up', '--sync', ''],
      ['none', 'all', 'majority'],
    ],
    [['set', 'sync=a'], ['sync=all']],
    [
      ['set', 'sync='],
      ['sync=none', 'sync=all', 'sync=majority'],
    ],
    [['errors', 'no-such-n'], ['no-such-node']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['put', 'x', '--file', ''], ['(files)']],
    [['expect-exit', '8', 'ki'], ['kill']],
    [
      ['expect-exit', '8', '--', 'kill', 'n'],
      ['n1', 'n2', 'n3'],
    ],
    [['expect-exit', '8', 'get', '--rea'], ['--read']],
    [
      ['kill', '@reg'],
      ['@region:eu', '@region:us'],
    ],
    [['partition', 'client@e'], ['client@eu']],
    [['partition', 'n1,@region:u'], ['n1,@region:us']],
    [['cut', '@region:eu:@region:'], ['@region:eu:@region:us']],
    [
      ['get', 'x', '--region', ''],
      ['eu', 'us'],
    ],
    [
      ['up', '--latency', ''],
      ['continents', 'near', 'zones'],
    ],
    [['get', ''], []],
    [['status', ''], []],
    [['heal', 'f1', ''], []],
    [['expect', 'x', '--within', ''], []],
    [['put', '--', '--fi'], []],
  ] as const)('%j', async ([line, expected]) => {
    expect((await offered(line)).filter((word) => expected.length > 0 || word !== '')).toEqual(
      expect.arrayContaining([...expected]),
    );
    if (expected.length < 4) {
      const isPart = (word: string): boolean => /^(?:.*[,:/])?(?:all|@.*|client)$/.test(word);
      expect(
        (await offered(line)).filter((word) => !isPart(word) || expected.some((one) => one === word)),
      ).toEqual(expected);
    }
  });
});

test('options of the command, then those of every command, each once', async () => {
  expect(await offered(['promote', 'n1', '--f'])).toEqual(['--force']);
  expect(await offered(['promote', '--force', '--f'])).toEqual([]);
  expect(await offered(['status', '--'])).toEqual([
    '--cluster',
    '--json',
    '--timeout',
    '--seed',
    '--save',
    '--quiet',
    '--help',
  ]);
});

test('without a cluster there are selectors, and no nodes', async () => {
  expect(await offered(['kill', 'n'], alone)).toEqual([]);
  expect(await offered(['kill', '@ma'], alone)).toEqual(['@majority']);
  expect(await offered(['heal', ''], alone)).toEqual([]);
});
