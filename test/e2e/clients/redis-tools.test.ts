import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { installed } from '../../support/installed.ts';
import { until } from '../../support/until.ts';
import { holdAcks, served, settings } from './served.ts';

const redisTools = 'on Debian: apt-get install redis-tools';

/** Runs one to its end and gives what it printed, standard error behind. */
async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  await once(child, 'close');
  return stdout + stderr;
}

/** Types the lines into redis-cli on a terminal, each when it prompts for one; gives all that was to be seen. */
async function type(port: number, lines: readonly string[]): Promise<string> {
  // On a terminal that can do nothing it reads whole lines, so that what is seen is what it said.
  const child = spawn('script', ['-qec', `redis-cli -p ${port}`, '/dev/null'], {
    env: { ...process.env, TERM: 'dumb' },
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill());
  const closed = once(child, 'close');
  let seen = '';
  child.stdout.on('data', (data: Buffer) => (seen += data.toString()));
  for (const line of lines) {
    const before = seen.length;
    await until(`the prompt for ${line}`, () => seen.endsWith(`127.0.0.1:${port}> `), { show: () => seen });
    child.stdin.write(`${line}\n`);
    await until(`${line} to be read`, () => seen.length > before);
  }
  await closed;
  return seen;
}

/** As redis-cli does when its output is no terminal: one reply a line, no decoration. */
function cli(port: number, ...args: readonly string[]): Promise<string> {
  return run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...args]);
}

describe.skipIf(!installed(['redis-cli'], redisTools))('redis-cli', () => {
  test.each([[[]], [['-3']]])('a command each, %j', async (flags: readonly string[]) => {
    const { port, ok } = await served();
    const leader = (...args: readonly string[]): Promise<string> => cli(port('n1'), ...flags, ...args);
    expect(await leader('PING')).toBe('PONG\n');
    expect(await leader('SET', 'a', 'grüße 😀')).toBe('OK\n');
    expect(await leader('GET', 'a')).toBe('grüße 😀\n');
    expect(await leader('GET', 'none')).toBe('\n');
    expect(await leader('INCRBY', 'n', '41')).toBe('41\n');
    expect(await leader('MGET', 'n', 'none')).toBe('41\n\n');
    expect(await leader('DEL', 'a', 'none')).toBe('1\n');
    expect(await leader('DBSIZE')).toBe('1\n');
    expect(await leader('MULTI')).toMatch(/^ERR MULTI is not supported/);
    expect(await leader('CONFIG', 'GET', 'save')).toMatch(/^save *\n/);
    expect(await leader('INFO', 'replication')).toMatch(/^role:master\r$/m);
    await ok('wait', 'caught-up');
    expect(await cli(port('n3'), ...flags, 'GET', 'n')).toBe('41\n');
    expect(await cli(port('n3'), ...flags, 'INCR', 'n')).toBe(
      `READONLY n3 is a follower; the leader is n1 at 127.0.0.1:${port('n1')}\n\n`,
    );
  });

  test('a script on its standard input', async () => {
    const { port } = await served();
    const script = 'SET a "b c"\nGET a\nINCR n\nNOPE\nINCR n\n';
    const printed = await run('redis-cli', ['-p', String(port('n1'))], script);
    expect(printed).toMatch(/^OK\nb c\n1\nERR unknown command 'NOPE'.*\n+2\n$/);
  });

  test('--pipe: thousands of commands in one go, and the count of what was refused', async () => {
    const { port } = await served();
    const sets = Array.from({ length: 5000 }, (_, i) => `SET key:${i} ${i}\r\n`).join('');
    const pipe = (id: string): Promise<string> =>
      run('redis-cli', ['-p', String(port(id)), '--pipe'], `${sets}SET a 1 EX 5\r\n`);
    expect(await pipe('n1')).toMatch(/errors: 1, replies: 5001\nERR unsupported option 'EX'/);
    expect(await cli(port('n1'), 'DBSIZE')).toBe('5000\n');
    expect(await pipe('n2')).toMatch(/errors: 5001, replies: 5001\nREADONLY n2 is a follower/);
  });

  test('R2: what is unknown is told as such', async () => {
    const shell = await served(...settings);
    await holdAcks(shell);
    expect(await cli(shell.port('n1'), 'INCR', 'n')).toMatch(/^UNKNOWN not-replicated 1@n1\/\d+ 1 /);
    expect(await cli(shell.port('n1'), 'GET', 'n')).toBe('1\n');
  });
});

describe.skipIf(!installed(['redis-cli', 'script'], `${redisTools} bsdutils`))(
  'redis-cli on a terminal',
  () => {
    test('prompts, and answers as it does for Redis', async () => {
      const { port } = await served();
      const shown = await type(port('n1'), [
        'set a 1',
        'incr a',
        'get none',
        'multi',
        'set a 7',
        'exec',
        'get a',
        'quit',
      ]);
      expect(shown).toMatch(
        /OK\r\n[^]*\(integer\) 2\r\n[^]*\(nil\)\r\n[^]*\(error\) ERR MULTI is not[^]*\(error\) ERR not executed[^]*\(error\) EXECABORT[^]*"2"\r\n/,
      );
    });
  },
);

describe.skipIf(!installed(['redis-benchmark'], redisTools))('redis-benchmark', () => {
  const benchmark = (port: number, ...args: readonly string[]): Promise<string> =>
    run('redis-benchmark', [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-n',
      '2000',
      '-r',
      '500',
      '--csv',
      ...args,
    ]);
  const finished = (printed: string): readonly string[] =>
    [...printed.matchAll(/^"([^"]+)","\d+\.\d+"/gm)].map(([, name]) => name!);

  test.each([1, 16])('completes against a leader, %i commands at once', async (depth) => {
    const { port, ok } = await served('--sync', '1');
    const printed = await benchmark(port('n1'), '-t', 'set,get,incr', '-c', '20', '-P', String(depth));
    expect(printed).not.toContain('Error');
    expect(finished(printed)).toEqual(['SET', 'GET', 'INCR']);
    await ok('wait', 'caught-up');
    expect(await ok('diff')).toMatch(/equal/);
  });

  test('reads from a follower, and is told that it takes no writes', async () => {
    const { port } = await served();
    expect(finished(await benchmark(port('n2'), '-t', 'ping_mbulk,get'))).toEqual(['PING_MBULK', 'GET']);
    expect(await benchmark(port('n2'), '-t', 'set')).toMatch(
      /Error from server: READONLY n2 is a follower; the leader is n1/,
    );
  });
});
