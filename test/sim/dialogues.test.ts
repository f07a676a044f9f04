import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scenarios } from '../../src/sim/scenarios.ts';
import { tell } from '../../src/sim/stage.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'golden');

/** `UPDATE_GOLDEN=1 npx vitest run test/sim/dialogues` writes them anew; read the difference as prose. */
const update = process.env['UPDATE_GOLDEN'] === '1';

test.for(scenarios)('golden: $name', (scenario) => {
  const path = join(folder, `${scenario.name}.txt`);
  const text = tell(scenario);
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
});

test('every golden dialogue has its scenario', () => {
  expect(readdirSync(folder).toSorted()).toEqual(scenarios.map(({ name }) => `${name}.txt`).toSorted());
});
