import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { root } from '../support/root.ts';
import { tempDir, until } from '../support/until.ts';
import { shell } from './replab.ts';

const history = (name: string): string => join(root, 'test/checkers/histories', name);
const register = history('register.ndjson');

interface Report {
  readonly verdict: string;
  readonly exit: number;
  readonly claims: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly reason: string | null;
    readonly witness: { readonly lanes: readonly string[] } | null;
  }[];
}

/** The first lines of a history, and a read that forgets what they say. */
function stale(): string {
  const lines = readFileSync(register, 'utf8').split('\n').slice(0, 5);
  const read = { process: 9, f: 'read', key: 'x', value: null };
  return [
    ...lines,
    JSON.stringify({ type: 'invoke', ...read }),
    JSON.stringify({ type: 'ok', ...read }),
    '',
  ].join('\n');
}

describe('check', () => {
  test('every claim that fits, as a table and as one document', async () => {
    const own = shell();
    expect(await own.ok('check', register)).toMatch(
      /operations on registers, 2 keys; 16 ok, 1 failed, 1 unknown/,
    );
    const report = await own.json<Report>('check', register);
    expect(report).toMatchObject({
      schema: 'replab.check/1',
      verdict: 'valid',
      model: 'register',
      exported: null,
    });
    expect(report.claims.map(({ name, verdict }) => `${name} ${verdict}`)).toContain('linearizable valid');
  });

  test('a violation is exit 1, with its few operations in words and lanes', async () => {
    const own = shell();
    const { exit, stdout } = await own.run(['check', '-', '--as', 'linearizable'], { input: stale() });
    expect({ exit, stdout }).toMatchObject({ exit: 1 });
    expect(stdout).toContain('violated  linearizable');
    expect(stdout).toMatch(/X = v1 was there when .*X = nil|X = nil was there from the beginning/s);
    expect(stdout).toMatch(/^ +9: +\|-+ read x → nil -+\|$/m);
    const json = await own.run(['check', '-', '--as', 'linearizable', '--json'], { input: stale() });
    expect(json.exit).toBe(1);
    const report = JSON.parse(json.stdout) as Report;
    expect(report).toMatchObject({ verdict: 'violated', exit: 1 });
    expect(report.claims[0]!.witness!.lanes.length).toBeGreaterThan(1);
  });

  test('what was asked for by name and cannot be told is exit 2', async () => {
    const own = shell();
    const thin =
      '{"type":"invoke","process":0,"f":"read","value":null}\n{"type":"ok","process":0,"f":"read","value":null}';
    const { exit, stdout } = await own.run(['check', '-', '--as', 'linearizable'], { input: thin });
    expect({ exit, stdout }).toMatchObject({ exit: 2, stdout: expect.stringContaining('too thin') });
    const append = await own.run(['check', history('append.edn'), '--as', 'linearizable']);
    expect(append).toMatchObject({
      exit: 2,
      stdout: expect.stringContaining('this history has transactions'),
    });
    const budget = await own.run(['check', history('append.edn'), '--as', 'staleness', '--budget', '0ms']);
    expect(budget).toMatchObject({ exit: 2, stdout: expect.stringContaining('time budget') });
  });

  test('packed by gzip, whatever it is called', async () => {
    const own = shell();
    const file = join(tempDir(), 'history');
    writeFileSync(file, gzipSync(readFileSync(register)));
    expect(await own.json<Report>('check', file)).toMatchObject({ verdict: 'valid' });
    writeFileSync(file, gzipSync(readFileSync(register)).subarray(0, 60));
    expect(await own.run(['check', file])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('unpacked'),
    });
  });

  test('what it exports for elle-cli it reads back', async () => {
    const own = shell();
    const file = join(tempDir(), 'elle.edn');
    await own.ok('check', history('append.edn'), '--export', file);
    const written = readFileSync(file, 'utf8');
    expect(written).toContain(
      '{:index 1 :type :ok :process 0 :f :txn :value [[:append "1" 1] [:append "2" 1]]}\n',
    );
    expect(await own.json('check', file)).toMatchObject({
      model: 'list',
      transactions: true,
      operations: { ok: 4, info: 1 },
    });
  });

  test('a mistake in the file is exit 3, with its line', async () => {
    const own = shell();
    const text = readFileSync(register, 'utf8').split('\n').slice(0, 4).join('\n').slice(0, -10);
    const { exit, stderr } = await own.run(['check', '-'], { input: text });
    expect({ exit, stderr }).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/standard input:4 cannot be checked/),
    });
    expect(await own.run(['check', 'nowhere.edn'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('ENOENT'),
    });
    expect(await own.run(['check', '-'], { input: '\n' })).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('is empty'),
    });
    expect(await own.run(['check', register, '--as', 'lineariseable'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('did you mean linearizable?'),
    });
    expect(await own.run(['check', register, '--model', 'set'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('A set has no write; expected read or add'),
    });
  });

  test('a long search is interrupted at once', async () => {
    const own = shell();
    // Concurrent writes, no value unique, and a read that none of their orders explains.
    const write = (i: number) => ({ process: i, f: 'write', value: i % 20 });
    const read = { process: 99, f: 'read', value: null };
    const lines = (type: string, ...operations: readonly object[]) =>
      operations.map((operation) => JSON.stringify({ type, ...operation }));
    const writes = Array.from({ length: 40 }, (_, i) => write(i));
    const input = [
      ...lines('invoke', ...writes),
      ...lines('ok', ...writes),
      ...lines('invoke', read),
      ...lines('ok', read),
    ];
    const started = own.start(['check', '-', '--as', 'linearizable', '--budget', '1h'], {
      input: input.join('\n'),
    });
    await until('it says what it does', () => started.seen.stderr.includes('checking linearizable'));
    started.child.kill('SIGINT');
    expect(await started.ended).toMatchObject({ exit: 130 });
  });
});
