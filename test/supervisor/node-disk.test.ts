import { mkdirSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { paths } from '../../src/control/state-dir.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { removeOtherDisks } from '../../src/supervisor/node-disk.ts';
import { tempDir } from '../support/until.ts';

test('what a supervisor left half done goes; what lies beside the disks of a node and is none stays', async () => {
  const dir = tempDir();
  const home = paths.nodeHome(dir, 'n1');
  for (const name of ['disk-1', 'disk-2', 'disk-10', 'disk-old', 'disk-2.copy', 'disk-0', 'saved']) {
    mkdirSync(`${home}/${name}`, { recursive: true });
  }
  for (const name of ['A', 'A.new']) mkdirSync(`${home}/saved/${name}`);
  await removeOtherDisks(dir, 'n1', diskOf('n1', 2));
  expect(readdirSync(home).toSorted()).toEqual(['disk-0', 'disk-2', 'disk-2.copy', 'disk-old', 'saved']);
  expect(readdirSync(`${home}/saved`)).toEqual(['A']);
});
