import { describe } from 'vitest';
import { logCases } from './cases-log.ts';
import { stateCases } from './cases-state.ts';
import { turnCases } from './cases-turn.ts';
import type { MakeSubject } from './kit.ts';

/** What `protocol/store.ts` promises, case by case. Every store runs this suite. */
export function conformance(name: string, make: MakeSubject): void {
  describe(`${name}: state`, () => stateCases(make));
  describe(`${name}: log`, () => logCases(make));
  describe(`${name}: turns`, () => turnCases(make));
}
