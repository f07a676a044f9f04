import { expect, test } from 'vitest';
import { snapshotSchema } from '../../src/cluster/snapshot-schema.ts';
import { cluster } from './replab.ts';

test('what a live cluster shows is what expect checks its paths against, whatever is wrong with it', async () => {
  const { ok, json } = await cluster('--nodes', '4');
  const parse = async () => snapshotSchema.parse(await json('status'));
  const healthy = await parse();
  expect(healthy).toMatchObject({ phase: 'ready', divergence: { state: 'equal' }, leaders: [{ id: 'n1' }] });
  await ok('isolate', 'n2');
  await ok('put', 'x', '1');
  await ok('kill', 'n3');
  await ok('pause', 'n4');
  const broken = await parse();
  expect(broken.seq).toBeGreaterThan(healthy.seq);
  expect(broken.faults).toMatchObject([{ kind: 'isolate', text: 'isolate n2' }]);
  expect(broken.nodes).toMatchObject([
    { state: 'running', keys: 1 },
    { state: 'running', keys: 0, lag: { entries: 1 } },
    { state: 'killed', keys: null, lag: { entries: null }, pid: null },
    { state: 'paused', keys: null },
  ]);
  await ok('stop', 'n1');
  expect(await parse()).toMatchObject({ leaders: [], nodes: [{ state: 'stopped', role: null }, {}, {}, {}] });
});
