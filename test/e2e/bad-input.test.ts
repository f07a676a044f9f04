import { describe, expect, test } from 'vitest';
import { cluster, shell, type Shell } from './replab.ts';

interface Case {
  readonly args: readonly string[];
  readonly exit: number;
  readonly says: RegExp;
}

const alone: readonly Case[] = [
  { args: ['sttus'], exit: 3, says: /Did you mean status\?/ },
  { args: ['put'], exit: 3, says: /KEY is missing/ },
  { args: ['put', 'x'], exit: 3, says: /There is no value/ },
  { args: ['put', 'x', '1', '--file', 'y'], exit: 3, says: /not both/ },
  { args: ['put', 'x', '--file', 'no/such/file'], exit: 3, says: /cannot be read: ENOENT/ },
  { args: ['status', '--jsn'], exit: 3, says: /Did you mean --json\?/ },
  { args: ['status', '--timeout', '5'], exit: 3, says: /--timeout is "5"; expected a duration/ },
  { args: ['up', '--nodes', '65'], exit: 3, says: /from 1 to 64/ },
  {
    args: ['up', '--sync', '9'],
    exit: 3,
    says: /--sync is "9"; expected at most 2, the number of followers/,
  },
  { args: ['up', '--sync', 'some'], exit: 3, says: /expected none, a number of followers, all, majority/ },
  { args: ['up', '--on-sync-lost', 'panic'], exit: 3, says: /expected block, degrade, handover/ },
  { args: ['up', '-c', 'No Good'], exit: 3, says: /no cluster name/ },
  { args: ['cas', 'x', '1'], exit: 3, says: /After KEY comes EXPECTED and NEW/ },
  { args: ['expect', 'nodes['], exit: 3, says: /cannot be judged/ },
  { args: ['expect', '$count(leaderz) = 0'], exit: 3, says: /no field "leaderz"/ },
  { args: ['status'], exit: 4, says: /No cluster is up/ },
  { args: ['get', 'x', '-c', 'nope'], exit: 4, says: /There is no cluster called nope/ },
  { args: ['down', '-c', 'nope'], exit: 4, says: /There is no cluster called nope/ },
  { args: ['logs', 'n1', '-c', 'nope'], exit: 4, says: /There is no cluster called nope/ },
];

const onCluster: readonly Case[] = [
  { args: ['kill', 'n9'], exit: 4, says: /There is no node called n9\.[^]*The cluster has n1, n2/ },
  { args: ['kill', '@leader.old'], exit: 4, says: /@leader\.old is nobody now\.[^]*n1 leader, n2 follower/ },
  { args: ['kill', 'leader'], exit: 3, says: /neither a node/ },
  { args: ['isolate', 'n9'], exit: 4, says: /no node called n9/ },
  { args: ['isolate', 'n1,n2'], exit: 3, says: /is no fault/ },
  { args: ['partition', 'n1,n2'], exit: 3, says: /cuts nothing/ },
  { args: ['cut', 'n1'], exit: 3, says: /who sends and who no longer hears/ },
  { args: ['cut', 'n1:n1'], exit: 3, says: /no link to itself/ },
  { args: ['link', 'n1:n2'], exit: 3, says: /say how bad the link is/i },
  { args: ['link', 'n1:n2', '--delay', '50'], exit: 3, says: /--delay is a duration/ },
  { args: ['link', 'client:n1', '--duplicate', '1%'], exit: 3, says: /for links between nodes.*a stall/s },
  { args: ['partition', 'ring'], exit: 3, says: /fewer than four nodes cuts nothing/ },
  { args: ['isolate', 'n1', '--for', '0'], exit: 3, says: /expected a duration/ },
  { args: ['heal', 'f7'], exit: 4, says: /There is no fault f7/ },
  { args: ['promote', '@followers,n1'], exit: 3, says: /several nodes; one is needed/ },
  { args: ['set', 'sync'], exit: 3, says: /not of the form NAME=VALUE/ },
  { args: ['set', 'speed=11'], exit: 3, says: /There is no setting speed/ },
  { args: ['set', 'sync=7'], exit: 3, says: /Expected at most 1/ },
  { args: ['set', 'election-timeout=2s'], exit: 8, says: /cannot change on a running cluster/ },
  { args: ['get', 'x', '--read', 'n9'], exit: 4, says: /no node called n9/ },
  { args: ['get', 'x', '--read', 'nowhere'], exit: 3, says: /neither a node/ },
  { args: ['put', 'x', '1', '--at', 'n2'], exit: 8, says: /n2 does not take writes\.[^]*n1 leads/ },
  { args: ['logs', 'n9'], exit: 4, says: /no node called n9/ },
  { args: ['up'], exit: 8, says: /Cluster c1 is already up/ },
  { args: ['wait', 'no-leader', '--timeout', '300ms'], exit: 5, says: /longer than 300ms\.[^]*n1 leads/ },
];

/** What, why and fix for people; one JSON document for scripts; the same exit code; never a stack. */
async function check({ run }: Shell, { args, exit, says }: Case): Promise<void> {
  const text = await run(args);
  expect({ exit: text.exit, stdout: text.stdout, stderr: text.stderr }).toMatchObject({ exit, stdout: '' });
  expect(text.stderr).toMatch(/^replab: .+\n {2}why: .+\n {2}fix: .+\n$/);
  expect(text.stderr).toMatch(says);
  const json = await run([...args, '--json']);
  expect(json).toMatchObject({ exit, stderr: '' });
  const lines = json.stdout.split('\n');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    schema: 'replab.error/1',
    error: {
      code: expect.any(String),
      definite: exit !== 5,
      what: expect.any(String),
      why: expect.any(String),
      fix: expect.any(String),
    },
  });
}

describe('mistakes are told, and do nothing', () => {
  test('where no cluster is', async () => {
    const own = shell();
    for (const one of alone) await check(own, one);
    expect(await own.json('ls')).toMatchObject({ clusters: [] });
  });

  test('on a cluster', async () => {
    const own = await cluster('--nodes', '2');
    const { events } = await own.json<{ events: number }>('status');
    for (const one of onCluster) await check(own, one);
    expect(await own.json('status')).toMatchObject({
      events,
      faults: [],
      nodes: [{ state: 'running' }, { state: 'running' }],
    });
  });

  test('bytes that are no text are refused', async () => {
    const own = await cluster('--nodes', '1');
    const put = (input: Buffer) => own.run(['put', 'x', '-'], { input });
    expect(await put(Buffer.from([0xff]))).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('no valid UTF-8'),
    });
    expect(await put(Buffer.from('a\0b'))).toMatchObject({ exit: 3, stderr: expect.stringContaining('NUL') });
    expect(await own.json('get', 'x')).toMatchObject({ found: false });
  });

  test('many clusters, and none named', async () => {
    const own = shell();
    await own.ok('up', '-c', 'a', '--nodes', '1');
    expect(await own.run(['status'])).toMatchObject({ exit: 0 });
    await own.ok('up', '-c', 'b', '--nodes', '1');
    await check(own, { args: ['status'], exit: 3, says: /It is not clear which one is meant: a, b/ });
    expect(await own.run(['status'], { env: { REPLAB_CLUSTER: 'b' } })).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^b:/),
    });
    expect(await own.run(['status', '-c', 'a'], { env: { REPLAB_CLUSTER: 'b' } })).toMatchObject({
      stdout: expect.stringMatching(/^a:/),
    });
  });
});

describe('a fault of our own', () => {
  const boom = ['--import', `data:text/javascript,setImmediate(()=>{throw new Error('boom')})`];

  test('is exit 70, said in a sentence, without a stack', async () => {
    const { exit, stdout, stderr } = await shell().run(['sim', '--seeds', '50'], { nodeArgs: boom });
    expect({ exit, stderr }).toMatchObject({ exit: 70 });
    expect(stderr).toMatch(/replab: This is a fault in replab: boom\n/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).not.toMatch(/^\s+at /m);
  });

  test('with its stack when it is asked for', async () => {
    const { exit, stderr } = await shell().run(['sim', '--seeds', '50'], {
      nodeArgs: boom,
      env: { REPLAB_DEBUG: '1' },
    });
    expect(exit).toBe(70);
    expect(stderr).toMatch(/^\s+at /m);
  });
});
