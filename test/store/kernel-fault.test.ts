import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tempDir, until } from '../support/until.ts';
import { bundle, start, type Child } from './child.ts';
import { disk } from './kit.ts';

interface TurnReport {
  readonly outcomes: readonly string[];
  /** What the store says of itself adds up. */
  readonly sound: boolean;
}

function reportsOf(child: Child, from = 0): readonly TurnReport[] {
  const reports = child.lines.map((line) => JSON.parse(line) as TurnReport | 'ready');
  return reports.slice(from).filter((report) => report !== 'ready');
}

const isOk = ({ outcomes }: TurnReport): boolean => outcomes.every((outcome) => outcome.startsWith('ok'));
const hasLimits = spawnSync('prlimit', ['--version']).status === 0;

test.runIf(hasLimits)(
  'P1: a commit that the kernel fails is unknown, never half done, and the store goes on after it',
  async () => {
    // Past this size a write fails with EFBIG, as it would with ENOSPC on a full disk.
    const limit = ['prlimit', '--fsize=600000:unlimited'];
    const child = start(await bundle('filler', tempDir()), [tempDir(), `${disk}`], limit);
    const show = () => child.lines.slice(-3);
    try {
      const failed = () => reportsOf(child).filter((report) => !isOk(report)).length;
      await until('the limit to bite', () => failed() >= 2, { show });
      execFileSync('prlimit', ['--pid', `${child.pid}`, '--fsize=unlimited']);
      const before = child.lines.length;
      await until('writes to go on', () => reportsOf(child, before).filter(isOk).length >= 3, { show });
    } finally {
      await child.kill();
    }
    const reports = reportsOf(child);
    expect(reports.filter(({ sound }) => !sound)).toEqual([]);
    const bad = reports.filter((report) => !isOk(report)).flatMap(({ outcomes }) => outcomes);
    expect(bad).toContain('unknown turn-failed');
    expect(bad.filter((outcome) => !outcome.endsWith(' turn-failed'))).toEqual([]);
  },
  30_000,
);
