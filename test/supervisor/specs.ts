import type { ClusterSpec } from '../../src/cluster/spec.ts';

export function specOf(
  name: string,
  nodes: number,
  options: Readonly<Record<string, string>> = {},
): ClusterSpec {
  const ids = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  return {
    name,
    mode: 'single-leader',
    engine: 'replab',
    nodes: ids,
    shards: 1,
    options,
    durability: 'normal',
  };
}
