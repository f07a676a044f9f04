import { describe, expect, test } from 'vitest';
import { labNames, ownLabs } from '../../src/commands/lab-names.ts';
import { openLab } from '../../src/lab/catalogue.ts';
import { runJson } from './labs.ts';
import { shell } from './replab.ts';

/** What did not pass, for a failure to say. */
function wrong({ labs }: Awaited<ReturnType<typeof runJson>>) {
  return labs[0]!.steps.filter(({ verdict }) => verdict !== 'passed');
}

describe.for(labNames(ownLabs()))('%s', { timeout: 120_000 }, (name) => {
  test('holds', async () => {
    const ran = await runJson(shell(), name);
    expect({ exit: ran.exit, wrong: wrong(ran) }).toEqual({ exit: 0, wrong: [] });
  });

  test('does not without its fix', async () => {
    const ran = await runJson(shell(), name, '--without-fix');
    expect({ exit: ran.exit, wrong: wrong(ran) }).toMatchObject({ exit: 1, wrong: [{ verdict: 'failed' }] });
  });

  test('says where in real systems one meets it', () => {
    const headings = openLab(ownLabs(), name).sections.map(({ heading }) => heading);
    expect(headings).toEqual(expect.arrayContaining(['Predict', 'Explain', 'In real systems']));
  });
});
