import { checkCausality } from './causality.ts';
import type { Checker } from './checker.ts';

export const causal: Checker = {
  name: 'causal',
  claim:
    'No read shows what had been overwritten, for all its session could know: by its own operations, and by those before whatever it or they had read.',
  source: 'Bouajjani, Enea, Guerraoui and Hamza, On Verifying Causal Consistency, POPL 2017 (CC)',
  takes: ['register', 'cas-register'],
  transactions: false,
  minimum: { count: 1, of: 'reads of a key that was written' },
  check: (subject, outOfTime) => checkCausality(subject, false, outOfTime),
};
