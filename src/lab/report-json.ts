import { outcomeOf } from '../control/exit-codes.ts';
import type { LabResult } from './run-lab.ts';
import { exitOf, worst } from './verdict.ts';

/** All results as one document. */
export function runsDocument(results: readonly LabResult[]) {
  const verdict = worst(results.map((one) => one.verdict));
  return {
    schema: 'replab.lab-run/1',
    verdict,
    labs: results.map(resultDocument),
    exit: exitOf[verdict],
    outcome: outcomeOf(exitOf[verdict]),
  };
}

function resultDocument({ lab, ...result }: LabResult) {
  return { name: lab.name, file: lab.file, title: lab.front.title, ...result };
}
