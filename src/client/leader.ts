import { longestRoundTripMs } from '../cluster/regions.ts';
import type { Who } from '../node/resp-commands/rl-node.ts';
import { compareBallots, parseBallot, type Ballot } from '../protocol/position.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { openResp } from './resp-connection.ts';
import type { ShardOfCluster } from './standpoint.ts';

/** How long a node may take to say who it is, beside what its distance takes; one that is held or paused does not count. */
const whoMs = 500;

/** Asks every node who it is in a shard, as clients reach them, and takes the leader of the highest ballot (F17). Null: none. */
export async function findLeader(
  cluster: ShardOfCluster,
  withinMs: number,
): Promise<{ readonly node: NodeId; readonly address: string } | null> {
  const { nodes } = await cluster.recentSnapshot();
  const patienceMs = whoMs + longestRoundTripMs(cluster.spec.regions);
  const answers = await Promise.all(
    nodes.map(async ({ id, address: { client } }) => {
      const epoch =
        client === null ? null : await leadsUnder(client, cluster.shard, Math.min(patienceMs, withinMs));
      return epoch === null ? null : { node: id, address: client!, epoch };
    }),
  );
  const leaders = answers.filter((answer) => answer !== null);
  return leaders.toSorted((a, b) => compareBallots(b.epoch, a.epoch))[0] ?? null;
}

async function leadsUnder(address: string, shard: number, withinMs: number): Promise<Ballot | null> {
  const connection = openResp(address);
  const exchange = await connection.ask(['RL.WHO', 'SHARD', String(shard)], withinMs);
  connection.close();
  if (exchange.type !== 'reply' || exchange.value.kind !== 'bulk') return null;
  const who = JSON.parse(exchange.value.text) as Who;
  return who.role === 'leader' && who.epoch !== null ? parseBallot(who.epoch) : null;
}
