import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { installed } from '../support/installed.ts';
import { root } from '../support/root.ts';
import { tempDir } from '../support/until.ts';
import { bin, shell } from './replab.ts';

/** The shell scripts of the README, as they stand there. */
const scripts = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map(
  ([, text]) => text!,
);

const others = ['jq', 'redis-cli', 'redis-benchmark'];
const hasOthers = installed(others, 'apt-get install jq redis-tools');

describe('scripts of the README', () => {
  test('are found', () => {
    expect(scripts.length).toBeGreaterThan(2);
  });

  for (const script of scripts) {
    const runs = hasOthers || !others.some((name) => script.includes(`${name} `));
    test.runIf(runs)(`${script.split('\n')[1]}`, async () => {
      const { env, json } = shell();
      const path = tempDir();
      symlinkSync(bin, join(path, 'replab'));
      const { exitCode, all } = await execa('bash', ['-c', script], {
        env: { ...env, PATH: `${path}:${env['PATH']}` },
        extendEnv: false,
        all: true,
        reject: false,
      });
      expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
      expect(await json('ls')).toMatchObject({ clusters: [] });
    });
  }
});
