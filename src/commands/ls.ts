import { summarizeClusters, type ClusterSummary } from '../control/attach.ts';
import { defineCommand } from './command.ts';
import { table, type Cell } from './table.ts';

export const ls = defineCommand({
  name: 'ls',
  summary: 'the clusters there are',
  notes: [
    '`kept`: taken down with its data. `gone`: its supervisor was killed; `replab up -c NAME` brings it back, `replab down -c NAME` removes it.',
  ],
  args: {},
  options: {},
  examples: [{ run: 'replab ls', does: 'name, state, mode and nodes of each' }],
  run(context) {
    const clusters = summarizeClusters(context.root);
    return Promise.resolve({
      kind: 'document',
      json: {
        schema: 'replab.ls/1',
        clusters: clusters.map(({ name, state, spec, pid, dir }) => ({ name, state, spec, pid, dir })),
      },
      text: (style) =>
        clusters.length === 0
          ? 'There are no clusters. Start one: replab up'
          : table(['CLUSTER', 'STATE', 'MODE', 'NODES', 'SUPERVISOR'], clusters.map(rowOf), style, [3, 4]),
    });
  },
});

function rowOf({ name, state, spec, pid }: ClusterSummary): readonly Cell[] {
  return [
    { text: name, paint: 'bold' },
    { text: state, paint: state === 'up' ? 'good' : state === 'kept' ? 'dim' : 'caution' },
    spec?.mode ?? '?',
    spec === null ? '?' : String(spec.nodes.length),
    pid === null ? '-' : String(pid),
  ];
}
