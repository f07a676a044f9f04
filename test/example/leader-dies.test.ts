/** What a shop does when the leader dies: run by `node --test`, as it would be by any other runner. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster, ReplabError } from 'replab';

test('what n2 had to acknowledge survives the leader', async () => {
  await using cluster = await Cluster.up({ nodes: 3, sync: 'n2' });
  const client = cluster.client();
  await client.put('cart', 'apples');

  await cluster.kill('@leader');
  await assert.rejects(client.put('cart', 'pears'), (error) => {
    // Certain not to have happened, so it may be tried again.
    return error instanceof ReplabError && error.code === 'no-leader' && error.definite;
  });

  await cluster.promote('n2');
  const { value } = await client.get('cart');
  assert.equal(value, 'apples');
  client.close();
});

test('a follower that is cut off gives an old answer, and catches up', async () => {
  await using cluster = await Cluster.up({ nodes: 3 });
  const client = cluster.client({ read: 'n3' });
  const { value: before } = await client.get('price');

  const cut = await cluster.isolate('n3');
  await client.put('price', '12');
  const { value: during } = await client.get('price');

  const hit = await cut.heal();
  assert(hit !== null && hit.payload > 0, 'the cut held something back');
  await cluster.wait('caught-up', { timeout: '10s' });
  const { value: after } = await client.get('price');
  assert.deepEqual({ before, during, after }, { before: null, during: null, after: '12' });
  client.close();
});
