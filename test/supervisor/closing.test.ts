import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ReplabError } from '../../src/control/errors.ts';
import { isAlive } from '../../src/control/process-identity.ts';
import { clusterDir } from '../../src/control/state-dir.ts';
import { tempDir, until } from '../support/until.ts';
import { launch, recordIn } from './live.ts';
import { specOf } from './specs.ts';

const many = Array.from({ length: 300 });

describe('down, while much is still to be done', { timeout: 60_000 }, () => {
  test.for([false, true])('keep %j: what has not begun is refused, and nothing comes after', async (keep) => {
    const root = tempDir();
    const { client } = await launch(root, specOf('c1', 2));
    const { supervisor } = recordIn(root, 'c1');
    const asked = many.map(() => client.request('node', { action: 'kill', nodes: ['n2'], wipe: true }));
    const faults = many.map((_, i) =>
      client.request('fault', { fault: { kind: 'isolate', node: i % 2 === 0 ? 'n1' : 'n2' } }),
    );
    const answers = Promise.allSettled([...asked, ...faults]);
    // By then the others wait for their turn.
    await Promise.all([asked[1], faults[1]]);
    await client.request('down', { keep });
    const dir = clusterDir(root, 'c1');
    const left = keep ? recordIn(root, 'c1') : null;
    const refused = (await answers).filter((one) => one.status === 'rejected');
    const codes = refused.map(({ reason }) => (reason as ReplabError).code);
    expect(new Set(codes)).toEqual(new Set(['stopping']));
    client.close();
    await until('the supervisor has ended', () => !isAlive(supervisor));
    if (left === null) {
      expect(existsSync(dir)).toBe(false);
    } else {
      expect(recordIn(root, 'c1')).toEqual(left);
      expect(left).toMatchObject({ phase: 'kept', faults: [] });
      expect(readdirSync(join(dir, 'nodes/n2'))).toHaveLength(1);
    }
  });
});
