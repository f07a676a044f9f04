import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../src/control/cluster-record.ts';
import { isAlive } from '../../src/control/process-identity.ts';
import { tempDir, until } from '../support/until.ts';
import { bitten, folderOf, kept, labOf, runJson } from './labs.ts';
import { identitiesIn } from './remains.ts';
import { shell, type Shell } from './replab.ts';

describe('lab run, ended from outside', () => {
  /** A lab that is under way for ever, from its second line on. */
  const waiting = labOf({ weak: 'wait no-leader --timeout 10m' });

  async function startWaiting(own: Shell) {
    const started = own.start(['lab', 'run', 'one', '--dir', folderOf({ one: waiting }), '--ci']);
    await until('its cluster', () => /isolate n2/.test(started.seen.stdout), { show: () => started.seen });
    const [place] = kept(own);
    const clusters = join(own.env['XDG_STATE_HOME']!, 'replab', '.labs', place!, 'replab');
    const [name] = readdirSync(clusters);
    const read = readRecord(join(clusters, name!));
    if (read.type !== 'record') throw new Error(`no record in ${clusters}`);
    return { ...started, identities: identitiesIn(read.record) };
  }

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('%s: %i, and nothing is left', async ([signal, code]) => {
    const own = shell();
    const { child, ended, identities } = await startWaiting(own);
    child.kill(signal);
    expect((await ended).exit).toBe(code);
    expect(identities.filter(isAlive)).toEqual([]);
    expect(kept(own)).toEqual([]);
  });

  test('SIGKILL: the cluster ends by itself; doctor finds the place, and the next run removes it', async () => {
    const own = shell();
    const { child, ended, identities } = await startWaiting(own);
    child.kill('SIGKILL');
    await ended;
    await until('the end of the cluster', () => identities.filter(isAlive).length === 0, {
      show: () => identities,
    });
    const [place] = kept(own);
    const { stdout } = await own.run(['doctor']);
    expect(stdout).toContain(`${place} was left by a run of a lab that was killed`);
    const dir = folderOf({ two: labOf({ weak: bitten }) });
    await own.ok('lab', 'run', 'two', '--dir', dir);
    expect(kept(own)).toEqual([]);
  });

  test('`doctor --fix` removes what a killed run left', async () => {
    const own = shell();
    const { child, ended, identities } = await startWaiting(own);
    child.kill('SIGKILL');
    await ended;
    // Its cluster was bound to it, and ends by itself; its place is what is left.
    await until('the cluster has ended', () => !identities.some(isAlive));
    expect(kept(own)).toHaveLength(1);
    await own.run(['doctor', '--fix']);
    expect(kept(own)).toEqual([]);
  });
});

describe('lab step, lab new', () => {
  test('a command at each line; what is typed instead runs on the same cluster', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak: bitten }) });
    const { exit, stdout } = await own.run(['lab', 'step', 'one', '--dir', dir], {
      input: '\n\nget x --read n1\nq\n',
    });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/set-up > put x 1 --save w\nok 1@n1\/3[^]*\n1\n/);
    // What Enter runs is told again after a command of one's own.
    const offered = [...stdout.matchAll(/^\S+ > (.+)$/gm)].map(([, text]) => text);
    expect(offered.at(-1)).toBe(offered.at(-2));
    expect(stdout).not.toContain('isolate n2\n');
    expect(kept(own)).toEqual([]);
  });

  test('to its end, with its explanation', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak: bitten }) });
    const { exit, stdout } = await own.run(['lab', 'step', 'one', '--dir', dir], { input: '\n'.repeat(12) });
    expect({ exit, stdout }).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('## Explain\n\n1@n1/3\n'),
    });
  });

  test('new: a lab that passes, fails without its fix, and is not written over', async () => {
    const own = shell();
    const dir = tempDir();
    const file = join(dir, 'mine.md');
    await own.ok('lab', 'new', 'mine', '--dir', dir);
    await own.ok('lab', 'run', file);
    expect((await own.run(['lab', 'run', file, '--without-fix'])).exit).toBe(1);
    expect(await own.run(['lab', 'new', 'mine', '--dir', dir])).toMatchObject({
      exit: 8,
      stderr: expect.stringContaining('is there already'),
    });
    expect((await own.run(['lab', 'new', 'Not a name', '--dir', dir])).exit).toBe(3);
  });

  test('each command as a process: the same', async () => {
    const own = shell();
    const weak = `${bitten}\nput y 1\nexpect 'last.at.index = w.at.index + 2'\nevents --name isolate --save e\nexpect 'e.items[0].fields.id = "f1"'`;
    const dir = folderOf({ one: labOf({ weak }) });
    const { exit, labs } = await runJson(own, 'one', '--dir', dir, '--as-processes');
    expect({ exit, explained: labs[0]!.explained }).toEqual({ exit: 0, explained: ['1@n1/3'] });
    expect(kept(own)).toEqual([]);
  });
});
