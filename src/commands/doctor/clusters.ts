import { summarizeClusters, type ClusterSummary } from '../../control/attach.ts';
import { readRecord } from '../../control/cluster-record.ts';
import { keepCluster, processesOf } from '../../control/remains.ts';
import { count } from '../count.ts';
import type { Check, Finding } from './check.ts';

/** Damaged records are for the check of records. */
export const clusters: Check = {
  title: 'Clusters',
  look({ root }) {
    const all = summarizeClusters(root).filter(({ state }) => state !== 'unreadable');
    if (all.length === 0) return [{ level: 'ok', what: 'There are none.' }];
    return all.map((one) => clusterFinding(root, one));
  },
};

function clusterFinding(root: string, { name, state, spec, dir }: ClusterSummary): Finding {
  if (state === 'kept') {
    return {
      level: 'ok',
      what: `${name} is down and its data are kept.`,
      fix: `\`replab up -c ${name}\` brings it back, \`replab down -c ${name}\` removes it.`,
    };
  }
  if (state !== 'gone') {
    return {
      level: 'running',
      what: `${name} is ${state}, with ${count(spec?.nodes.length ?? 0, 'node')}.`,
      fix: `\`replab down -c ${name}\` ends it.`,
    };
  }
  const read = readRecord(dir);
  const left = read.type === 'record' ? processesOf(read.record).length : 0;
  return {
    level: 'left',
    what: `${name} lost its supervisor${left === 0 ? '' : `, and ${count(left, 'process')} of it ${left === 1 ? 'is' : 'are'} left`}; its data are there.`,
    fix: `\`replab up -c ${name}\` brings it back, \`replab down -c ${name}\` removes it.`,
    // The data stay: they are then kept, as after `down --keep`.
    remove: async () => void (await keepCluster(root, name)),
  };
}
