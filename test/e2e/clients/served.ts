import type { Snapshot } from '../../../src/cluster/snapshot.ts';
import { cluster, type Shell } from '../replab.ts';

/** A cluster, and where clients reach its nodes: by the links, as people do (R5). */
export interface Served extends Shell {
  port(id: string): number;
}

/** Three nodes that n1 leads. Ends with the test. */
export async function served(...flags: readonly string[]): Promise<Served> {
  const shell = await cluster(...flags);
  const { nodes } = await shell.json<Snapshot>('status');
  return {
    ...shell,
    port: (id) => Number(nodes.find((node) => node.id === id)!.address.client!.split(':')[1]),
  };
}

/** A write is then on the leader, and nobody will ever acknowledge it: its outcome stays unknown. */
export async function holdAcks({ ok }: Shell): Promise<void> {
  await ok('partition', 'n1/n2,n3');
}

export const settings = ['--sync', 'all', '--write-timeout', '500ms'] as const;
