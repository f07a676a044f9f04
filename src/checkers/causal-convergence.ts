import { checkCausality } from './causality.ts';
import type { Checker } from './checker.ts';

export const causalConvergence: Checker = {
  name: 'causal-convergence',
  claim: 'It is causal, and all sessions agree on which of concurrent writes won.',
  source: 'Bouajjani, Enea, Guerraoui and Hamza, On Verifying Causal Consistency, POPL 2017 (CCv)',
  takes: ['register', 'cas-register'],
  transactions: false,
  minimum: { count: 1, of: 'reads of a key that was written' },
  check: (subject, outOfTime) => checkCausality(subject, true, outOfTime),
};
