import { greetClusters, type ClusterSummary } from '../../control/attach.ts';
import { readRecord } from '../../control/cluster-record.ts';
import { isAlive } from '../../control/process-identity.ts';
import { keepCluster, processesOf } from '../../control/remains.ts';
import { count } from '../count.ts';
import type { Check, Finding } from './check.ts';

/** Damaged records are for the check of records. */
export const clusters: Check = {
  title: 'Clusters',
  async look({ root }) {
    const all = (await greetClusters(root)).filter(({ state }) => state !== 'unreadable');
    if (all.length === 0) return [{ level: 'ok', what: 'There are none.' }];
    return all.map((one) => clusterFinding(root, one));
  },
};

function clusterFinding(root: string, summary: ClusterSummary): Finding {
  const { name, state, spec, pid } = summary;
  switch (state) {
    case 'kept':
      return { level: 'ok', ...keptCluster(name) };
    case 'gone':
      return goneFinding(root, summary);
    case 'unresponsive':
      return {
        level: 'trouble',
        what: `${name} does not answer: its supervisor (pid ${pid}) is alive, but stopped or busy.`,
        fix: `If it stays so, \`replab down -c ${name}\` ends it by force, \`replab down -c ${name} --keep\` keeps its data.`,
        up: name,
      };
    default:
      return {
        level: 'running',
        what: `${name} is ${state}, with ${count(spec?.nodes.length ?? 0, 'node')}${loadsOf(summary)}.`,
        fix: `\`replab down -c ${name}\` ends it.`,
        up: name,
      };
  }
}

/** Those in the background. */
function loadsOf({ dir }: ClusterSummary): string {
  const read = readRecord(dir);
  const loads = read.type === 'record' ? (read.record.loads ?? []).filter(isAlive).length : 0;
  return loads === 0 ? '' : ` and ${count(loads, 'load')}`;
}

function keptCluster(name: string): { readonly what: string; readonly fix: string } {
  return {
    what: `${name} is down and its data are kept.`,
    fix: `\`replab up -c ${name}\` brings it back, \`replab down -c ${name}\` removes it.`,
  };
}

function goneFinding(root: string, { name, dir }: ClusterSummary): Finding {
  const read = readRecord(dir);
  const left = read.type === 'record' ? processesOf(read.record).length : 0;
  return {
    level: 'left',
    what: `${name} lost its supervisor${left === 0 ? '' : `, and ${count(left, 'process')} of it ${left === 1 ? 'is' : 'are'} left`}; its data are there.`,
    fix: `\`replab up -c ${name}\` brings it back, \`replab down -c ${name}\` removes it.`,
    // The data stay: they are then kept, as after `down --keep`.
    remove: async () => void (await keepCluster(root, name)),
    kept: keptCluster(name),
  };
}
