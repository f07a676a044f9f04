import { describe } from 'vitest';
import { applyCases } from './cases-apply.ts';
import { cutCases } from './cases-cut.ts';
import { logCases } from './cases-log.ts';
import { repeatCases } from './cases-repeat.ts';
import { stateCases } from './cases-state.ts';
import { turnCases } from './cases-turn.ts';
import type { MakeSubject } from './kit.ts';

/** What `protocol/store.ts` promises, case by case. Every store runs this suite. */
export function conformance(name: string, make: MakeSubject): void {
  describe(`${name}: state`, () => stateCases(make));
  describe(`${name}: apply`, () => applyCases(make));
  describe(`${name}: log`, () => logCases(make));
  describe(`${name}: cut and trim`, () => cutCases(make));
  describe(`${name}: repeated writes (B0.1)`, () => repeatCases(make));
  describe(`${name}: turns`, () => turnCases(make));
}
