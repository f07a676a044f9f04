import { labPlaces, listLabPlaces, removeLabPlace, stateOfPlace } from '../../control/lab-places.ts';
import { listClusters } from '../../control/state-dir.ts';
import { count } from '../count.ts';
import type { Check, Finding } from './check.ts';

/** Runs of labs: each has a place of its own, with a state directory for its cluster. */
export const labs: Check = {
  title: 'Runs of labs',
  look({ root }) {
    const places = listLabPlaces(root);
    const kept = places.filter(({ state }) => state === 'kept').length;
    const running = places.filter(({ state }) => state === 'running').length;
    const findings: readonly Finding[] = [
      ...places.filter(({ state }) => state === 'left').map(({ dir }) => leftFinding(dir)),
      ...(running === 0 ? [] : [{ level: 'note' as const, what: `${count(running, 'lab')} running now.` }]),
      ...(kept === 0
        ? []
        : [
            {
              level: 'ok' as const,
              what: `What happened in ${count(kept, 'run')} is kept in ${labPlaces(root)}.`,
            },
          ]),
    ];
    return findings.length > 0 ? findings : [{ level: 'ok', what: 'Nothing is left of any.' }];
  },
};

function leftFinding(dir: string): Finding {
  const clusters = listClusters(stateOfPlace(dir)).length;
  const what = clusters === 0 ? '' : `, with ${count(clusters, 'cluster')} in it`;
  return {
    level: 'left',
    what: `${dir} was left by a run of a lab that was killed${what}.`,
    fix: 'The next `replab lab run` removes it, as `replab doctor --fix` does.',
    remove: () => removeLabPlace(dir),
  };
}
