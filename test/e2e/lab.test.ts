import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/until.ts';
import { bitten, folderOf, kept, labOf, runJson } from './labs.ts';
import { shell } from './replab.ts';

describe('lab run', () => {
  test('a lab that holds: 0, its explanation filled from the run, and nothing is left', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak: bitten }) });
    const { verdict, labs } = await runJson(own, 'one', '--dir', dir, '--seed', '7');
    expect(labs).toMatchObject([{ name: 'one', verdict: 'passed', dir: null, explained: ['1@n1/3'] }]);
    expect(verdict).toBe('passed');
    expect(kept(own)).toEqual([]);
    expect(await own.json('ls')).toMatchObject({ clusters: [] });
  });

  test('without its fix: 1, at the expectation after it', async () => {
    const own = shell();
    const dir = folderOf({
      one: labOf({ weak: bitten, after: 'expect \'nodes[id="n2"].lag.entries = 0\'' }),
    });
    const { exit, stdout } = await own.run(['lab', 'run', 'one', '--dir', dir, '--without-fix', '--ci']);
    expect({ exit, stdout }).toMatchObject({ exit: 1, stdout: expect.stringMatching(/FAILED +31 .*expect/) });
    expect(stdout).toMatch(/again: +replab lab run .*one\.md --without-fix --seed \d+/);
  });

  test('what failed: 1, and what happened is kept', async () => {
    const own = shell();
    const dir = folderOf({
      one: labOf({ weak: bitten, after: 'expect \'nodes[id="n2"].lag.entries = 9\'' }),
    });
    const { exit, labs } = await runJson(own, 'one', '--dir', dir);
    expect({ exit, verdict: labs[0]!.verdict }).toEqual({ exit: 1, verdict: 'failed' });
    expect(labs[0]!.steps.at(-1)).toMatchObject({
      line: 31,
      verdict: 'failed',
      said: expect.stringContaining('= 9'),
    });
    const files = readdirSync(labs[0]!.dir!);
    expect(files).toEqual(
      expect.arrayContaining(['run.json', 'result.json', 'events.ndjson', 'logs', 'saved']),
    );
    expect(readFileSync(join(labs[0]!.dir!, 'run.json'), 'utf8')).toContain('replab lab run');
    expect(readdirSync(join(labs[0]!.dir!, 'replab'))).toEqual([]);
  });

  test('a fault that hit nothing: 2, however well all else went', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({}) });
    const { exit, labs } = await runJson(own, 'one', '--dir', dir);
    expect({ exit, verdict: labs[0]!.verdict }).toEqual({ exit: 2, verdict: 'inconclusive' });
    expect(labs[0]!.steps.at(-1)).toMatchObject({
      line: 22,
      said: expect.stringContaining('nothing with data'),
    });
  });

  test('one whose time was up counts by what it had hit', async () => {
    const own = shell();
    const until = "expect '$count(faults) = 0' --within 10s";
    const dir = folderOf({
      hits: labOf({ weak: `heal\nisolate n2 --for 200ms\nput x 2\n${until}\nisolate n2\nput x 3` }),
      misses: labOf({ weak: `put x 2\nheal\nisolate n2 --for 100ms\n${until}` }),
    });
    const { labs } = await runJson(own, 'hits', 'misses', '--dir', dir);
    expect(
      labs.map(({ name, steps }) => [
        name,
        steps.filter(({ verdict }) => verdict !== 'passed').map(({ line }) => line),
      ]),
    ).toEqual([
      ['hits', [22]],
      ['misses', [25]],
    ]);
  });

  test('a load that did less than it had to: 2', async () => {
    const own = shell();
    const load = 'load counter --ops 5 --rate max --min 6';
    const dir = folderOf({
      one: labOf({ weak: `${bitten}\n${load}` }),
      two: labOf({ weak: `${bitten}\n${load.replace('6', '5')}` }),
    });
    const { labs } = await runJson(own, 'one', 'two', '--dir', dir);
    expect(labs.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'passed']);
  });

  test('a question of which the run makes no answer right: 1', async () => {
    const own = shell();
    const text = labOf({ weak: bitten }).replace('w.exit = 0', 'w.exit = 4');
    const { exit, labs } = await runJson(own, 'one', '--dir', folderOf({ one: text }));
    expect({ exit, said: labs[0]!.steps.at(-1)!.said }).toEqual({
      exit: 1,
      said: 'The run makes 0 of the 2 answers right; expected exactly one.',
    });
  });

  test('`last` is the result of the line before, failures too', async () => {
    const own = shell();
    const weak = `${bitten}\nput y 1\nexpect 'last.at.index = w.at.index + 2'\n! put z 1 --at n2\nexpect 'last.exit = 8 and last.error.code = "not-leader"'`;
    const { exit } = await runJson(own, 'one', '--dir', folderOf({ one: labOf({ weak }) }));
    expect(exit).toBe(0);
  });

  test.for([
    ['a command there is not', 'isolat n2', 23, 'There is no command "isolat". Did you mean isolate?'],
    ['an option there is not', 'put x 2 --atn n2', 23, 'There is no option --atn'],
    ['behind expect-exit too', 'expect-exit 8 -- putt x', 23, 'Did you mean put?'],
    ['a screen', 'watch', 23, '`watch` is nothing for a lab'],
  ] as const)('a mistake in a line, %s: 3, before anything runs', async ([, weak, line, why]) => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak }) });
    const { exit, stderr, stdout } = await own.run(['lab', 'run', 'one', '--dir', dir]);
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toContain(`one.md:${line} `);
    expect(stderr).toContain(why);
  });

  test('a path that no result has: 3, with the line of the lab', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak: bitten, explain: '{{ w.att }}' }) });
    const { exit, stdout } = await own.run(['lab', 'run', 'one', '--dir', dir]);
    expect({ exit, stdout }).toMatchObject({
      exit: 3,
      stdout: expect.stringMatching(/MISTAKE +36 [^]*no field "att"/),
    });
  });

  test('several, several at a time, several times: each its own cluster, one document, JUnit and TAP', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak: bitten }), two: labOf({ weak: 'put x 2' }) });
    const junit = join(tempDir(), 'out.xml');
    const words = [
      'lab',
      'run',
      '--all',
      '--dir',
      dir,
      '--jobs',
      '2',
      '--repeat',
      '2',
      '--tap',
      '--junit',
      junit,
    ];
    const { exit, stdout } = await own.run(words);
    expect({ exit, plan: stdout.trim().split('\n').at(-1) }).toEqual({ exit: 0, plan: '1..4' });
    expect(stdout.match(/^ok \d - (one|two)$/gm)).toHaveLength(4);
    const xml = readFileSync(junit, 'utf8');
    expect(xml.match(/<testsuite /g)).toHaveLength(4);
    expect(xml).toContain('failures="0" errors="0"');
    expect(kept(own)).toEqual([]);
  });

  test('a report that cannot be written: 3, before anything runs', async () => {
    const own = shell();
    const junit = join(tempDir(), 'none', 'out.xml');
    const ran = await own.run(['lab', 'run', 'leader-follower', '--junit', junit]);
    expect(ran).toMatchObject({
      exit: 3,
      stdout: '',
      stderr: expect.stringContaining('cannot be written: ENOENT'),
    });
  });

  test('on GitHub, what did not pass stands beside its line', async () => {
    const own = shell();
    const dir = folderOf({
      one: labOf({ weak: bitten, after: 'expect \'nodes[id="n2"].lag.entries = 9\'' }),
    });
    const { stdout } = await own.run(['lab', 'run', 'one', '--dir', dir], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(stdout).toMatch(/^::error file=.*one\.md,line=31,title=one%3A failed::expect .*%0A/m);
  });
});

describe('lab list, lab show', () => {
  test('list the labs, and what of the notes they show', async () => {
    const own = shell();
    expect(await own.ok('lab', 'list')).toMatch(/^leader-follower +1\.1 1\.2 1\.3 /m);
    const { rows } = await own.json<{ rows: readonly { ref: string; labs: readonly string[] }[] }>(
      'lab',
      'list',
      '--coverage',
    );
    expect(rows.find(({ ref }) => ref === '1.2')?.labs).toContain('leader-follower');
  });

  test('print one, without what decides its answers', async () => {
    const text = await shell().ok('lab', 'show', 'leader-follower');
    expect(text).toContain('## Predict');
    expect(text).not.toContain('<!--');
  });

  test('no such lab, no such folder: 4', async () => {
    const own = shell();
    expect(await own.run(['lab', 'show', 'leader-folower'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('Was leader-follower meant?'),
    });
    expect(await own.run(['lab', 'list', '--dir', join(tempDir(), 'none')])).toMatchObject({ exit: 4 });
  });

  test('what does not belong to what is asked: 3', async () => {
    const own = shell();
    for (const words of [
      ['list', '--keep'],
      ['run'],
      ['run', '--all', 'one'],
      ['show'],
      ['list', 'one'],
      ['rum'],
    ]) {
      expect({ words, ...(await own.run(['lab', ...words])) }).toMatchObject({ exit: 3, stdout: '' });
    }
  });
});
