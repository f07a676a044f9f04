/** One breach for every rule that .oxlintrc.json switches on by name: proof that the rule bites. */
interface Planted {
  /** Where it is planted; rules of pure rooms and of tests hold there only. */
  readonly at?: 'src/lib' | 'test';
  readonly code: string;
}

export const planted: Readonly<Record<string, Planted>> = {
  eqeqeq: { code: `export const same = (a: number, b: number): boolean => a == b;` },
  'no-var': { code: `export var one = 1;` },
  'prefer-const': { code: `export function one(): number { let one = 1; return one; }` },
  'no-constructor-return': { code: `export class A { constructor() { return {}; } }` },
  'no-else-return': {
    code: `export function sign(a: number): number { if (a < 0) { return -1; } else { return 1; } }`,
  },
  'no-param-reassign': { code: `export function next(a: number): number { a += 1; return a; }` },
  'max-lines-per-function': {
    code: `export function long(): number[] {\n  return [\n${'    1,\n'.repeat(70)}  ];\n}`,
  },
  'import/no-cycle': {
    code: `import { b } from './import-no-cycle.ts';\nexport const a: number = b;\nexport { a as b };`,
  },
  'import/no-default-export': { code: `export default 1;` },
  'import/no-duplicates': {
    code: `import { join } from 'node:path';\nimport { sep } from 'node:path';\nexport const two = join(sep, sep);`,
  },
  'typescript/consistent-type-imports': {
    code: `import { Stats } from 'node:fs';\nexport const sizeOf = (stats: Stats): number => stats.size;`,
  },
  'typescript/no-explicit-any': { code: `export const f = (a: any): number => (a === null ? 0 : 1);` },
  'typescript/no-floating-promises': {
    code: `const work = async (): Promise<void> => {};\nexport function f(): void { work(); }`,
  },
  'typescript/no-misused-spread': {
    code: `const work = async (): Promise<object> => ({});\nexport const f = (): object => ({ ...work() });`,
  },
  'typescript/no-misused-promises': {
    code: `const test = async (): Promise<boolean> => false;\nexport const f = (): number => (test() ? 1 : 0);`,
  },
  'typescript/no-unsafe-argument': {
    code: `export const f = (): number => Math.abs(JSON.parse('1'));`,
  },
  'typescript/no-unsafe-assignment': {
    code: `export const a: unknown[] = [];\nexport const b = JSON.parse('1');`,
  },
  'typescript/no-unsafe-call': { code: `export const f = (): unknown => JSON.parse('1')();` },
  'typescript/no-unsafe-member-access': {
    code: `export const f = (): unknown => JSON.parse('{}').a as unknown;`,
  },
  'typescript/no-unsafe-return': { code: `export const f = (): number => JSON.parse('1');` },
  'typescript/only-throw-error': { code: `export function f(): never { throw 'text'; }` },
  'typescript/return-await': {
    code: `export async function f(work: () => Promise<void>): Promise<void> { try { return work(); } catch { return; } }`,
  },
  'typescript/switch-exhaustiveness-check': {
    code: `export function f(a: 'x' | 'y'): number { switch (a) { case 'x': return 1; } return 2; }`,
  },
  'typescript/use-unknown-in-catch-callback-variable': {
    code: `export const f = async (work: Promise<unknown>): Promise<unknown> => await work.catch((error) => typeof error);`,
  },
  'unicorn/prefer-node-protocol': {
    code: `import { join } from 'path';\nexport const two = join('a', 'b');`,
  },
  'no-console': { at: 'src/lib', code: `export const f = (): void => console.log('hello');` },
  'no-restricted-globals': { at: 'src/lib', code: `export const now = (): number => Date.now();` },
  'no-restricted-properties': { at: 'src/lib', code: `export const chance = (): number => Math.random();` },
  'no-restricted-imports': {
    at: 'src/lib',
    code: `import { readFile } from 'node:fs/promises';\nexport const read = async (): Promise<Buffer> => await readFile('x');`,
  },
  'vitest/no-focused-tests': {
    at: 'test',
    code: `import { expect, test } from 'vitest';\ntest.only('one', () => { expect(1).toBe(1); });`,
  },
  'vitest/no-disabled-tests': {
    at: 'test',
    code: `import { expect, test } from 'vitest';\ntest.skip('one', () => { expect(1).toBe(1); });`,
  },
  'vitest/expect-expect': {
    at: 'test',
    code: `import { test } from 'vitest';\ntest('one', () => {});`,
  },
  'vitest/valid-expect': {
    at: 'test',
    code: `import { expect, test } from 'vitest';\ntest('one', () => { expect(1); });`,
  },
  'vitest/no-standalone-expect': {
    at: 'test',
    code: `import { describe, expect } from 'vitest';\ndescribe('one', () => { expect(1).toBe(1); });`,
  },
};
