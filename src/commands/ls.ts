import { greetClusters, type ClusterState, type ClusterSummary } from '../control/attach.ts';
import { defineCommand } from './command.ts';
import type { Style } from './style.ts';
import { table, type Cell } from './table.ts';

export const ls = defineCommand({
  name: 'ls',
  summary: 'the clusters there are',
  notes: [
    '`kept`: taken down with its data. `gone`: its supervisor was killed; `replab up -c NAME` brings it back, `replab down -c NAME` removes it. `unresponsive`: its supervisor lives and does not answer; `replab down -c NAME` ends it by force, with `--keep` its data stay.',
  ],
  args: {},
  options: {},
  examples: [{ run: 'replab ls', does: 'name, state, mode and nodes of each' }],
  async run(context) {
    const clusters = await greetClusters(context.root);
    return {
      kind: 'document',
      json: {
        schema: 'replab.ls/1',
        clusters: clusters.map(({ name, state, spec, pid, dir }) => ({ name, state, spec, pid, dir })),
      },
      text: (style) =>
        clusters.length === 0
          ? 'There are no clusters. Start one: replab up'
          : table(['CLUSTER', 'STATE', 'MODE', 'NODES', 'SUPERVISOR'], clusters.map(rowOf), style, [3, 4]),
    };
  },
});

const paints: Readonly<Partial<Record<ClusterState, keyof Style>>> = {
  up: 'good',
  kept: 'dim',
  unresponsive: 'bad',
};

function rowOf({ name, state, spec, pid }: ClusterSummary): readonly Cell[] {
  return [
    { text: name, paint: 'bold' },
    { text: state, paint: paints[state] ?? 'caution' },
    spec?.mode ?? '?',
    spec === null ? '?' : String(spec.nodes.length),
    pid === null ? '-' : String(pid),
  ];
}
