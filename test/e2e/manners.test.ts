import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandNames, type CommandName } from '../../src/commands/commands.ts';
import { killIdentity } from '../../src/control/process-identity.ts';
import { recordIn } from './remains.ts';
import { bin, cluster, shell } from './replab.ts';

/** A line of each command that asks the supervisor, without the command's name. */
const asking = {
  reset: '',
  status: '',
  watch: '--plain',
  events: '',
  log: '',
  diff: '',
  put: 'x 1',
  get: 'x',
  del: 'x',
  incr: 'x',
  cas: 'x 1 2',
  kill: 'n1',
  stop: 'n1',
  start: 'n1',
  restart: 'n1',
  pause: 'n1',
  resume: 'n1',
  partition: 'n1/n2',
  cut: 'n1:n2',
  isolate: 'n1',
  link: 'n1:n2 --delay 5ms',
  heal: '',
  faults: '',
  skew: 'n1 --offset 1s',
  limit: 'n1 10/s',
  disk: 'n1 full',
  promote: 'n2',
  set: 'sync=1',
  expect: 'true',
  wait: 'leader',
  load: 'counter --ops 1',
  token: 'show alice',
} as const satisfies Partial<Record<CommandName, string>>;

/** Those that look at files, or at nothing, or have a test of their own (`up`, `down`). */
const others: readonly CommandName[] = [
  'lab',
  'up',
  'down',
  'ls',
  'logs',
  'expect-exit',
  'check',
  'sim',
  'modes',
  'errors',
  'doctor',
  'completion',
  'shell',
  'version',
];

test('every command is one or the other', () => {
  expect([...Object.keys(asking), ...others].toSorted()).toEqual([...commandNames].toSorted());
});

describe('whatever the command', () => {
  test(
    '--timeout ends it when nobody answers, with what to do, and no stack',
    { timeout: 60_000 },
    async () => {
      const { env, run } = await cluster('--nodes', '2');
      const { supervisor } = recordIn(env, 'c1');
      killIdentity(supervisor, 'SIGSTOP');
      for (const [name, words] of Object.entries(asking)) {
        const ran = await run([
          name,
          ...words.split(' ').filter((word) => word !== ''),
          '--timeout',
          '100ms',
        ]);
        expect({ name, ...ran }).toMatchObject({ name, exit: 5, stdout: '' });
        expect(ran.stderr).toMatch(/^replab: .+\n {2}why: .+\n {2}fix: .+\n$/);
      }
      killIdentity(supervisor, 'SIGCONT');
    },
  );

  test('who stops reading ends it with 0; nothing is painted that is no terminal', async () => {
    const { env, ok } = await cluster('--nodes', '2');
    await ok('put', 'x', '1');
    const plain = { ...env, NO_COLOR: undefined, FORCE_COLOR: undefined };
    for (const line of [
      'status',
      'events',
      'log',
      'diff',
      'doctor',
      'errors',
      'faults --json',
      'kill --help',
      '--help',
    ]) {
      const script = `set -o pipefail; '${process.execPath}' '${bin}' ${line} | head -n 1`;
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { env: plain, encoding: 'utf8' });
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
      expect(stdout).toMatch(/^.+\n$/);
      expect(stdout).not.toContain('\u001B');
    }
  });
});

test('a mistake is what, why and fix, with a guess at what was meant', async () => {
  const { run } = await cluster('--nodes', '2');
  for (const [line, says] of [
    ['kill leader', 'Did you mean @leader?'],
    ['kill @folowers', 'Did you mean @followers?'],
    ['wait caugt-up', 'Did you mean caught-up?'],
    ['kill', 'NODE is missing: nodes or selectors'],
    ['get x y', 'get takes KEY and no more; given: x, y.'],
    ['set sync=foo', 'sync cannot be "foo".'],
    ['set snyc=1', 'Settings that can change on a running cluster: sync, '],
    ['heal f9', 'There is no fault f9.'],
  ] as const) {
    const { exit, stderr } = await run(line.split(' '));
    expect({ line, exit }).toEqual({ line, exit: line.startsWith('heal') ? 4 : 3 });
    expect(stderr).toContain(says);
  }
});

test('colour is for terminals, or where it is forced', async () => {
  const { run } = shell();
  const forced = await run(['ls', '--nonsense'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
  expect(forced.stderr).toContain('There is no option --nonsense.');
  expect((await run(['--help'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } })).stdout).toContain('\u001B[');
  expect((await run(['--help'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).stdout).not.toContain(
    '\u001B[',
  );
});
