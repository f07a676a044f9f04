import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/root.ts';

test(
  'a slice of the soak: nodes, supervisors and commands killed under load; nothing is lost, damaged or left',
  { timeout: 240_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'test/soak/main.ts'), '--kills', '14', '--seed', '3', '--clusters', '2'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^seed 3[^]*nothing is left running\nagain: npm run soak/),
    });
  },
);
