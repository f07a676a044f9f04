import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fc } from '../support/property.ts';

/** One input that is kept: every byte is one character (latin1). */
interface Kept {
  readonly what: string;
  readonly bytes: string;
  /** How often they come, one after the other; once, if it does not say. */
  readonly times?: number;
}

export interface Target {
  /** Its corpus is `corpus/<name>.json` beside this file. */
  readonly name: string;
  readonly inputs: fc.Arbitrary<Buffer>;
  /** Throws when what must hold for any bytes, in chunks of any sizes, does not. */
  check(bytes: Buffer, sizes: readonly number[]): void;
}

/**
 * Two tests: every input of the corpus, in several cuts, and random ones. A random input that fails is made as
 * small as it gets and written to the corpus, to be kept with the fix.
 */
export function fuzz({ name, inputs, check }: Target): void {
  const corpus = corpusOf(name);

  test(`${name}: the corpus`, () => {
    expect(corpus.length).toBeGreaterThan(0);
    for (const { what, bytes, times = 1 } of corpus) {
      for (const sizes of [[1 << 20], [1], [2, 1, 13], [64]]) {
        try {
          check(Buffer.from(bytes.repeat(times), 'latin1'), sizes);
        } catch (error) {
          throw new Error(`${what}, in chunks of ${sizes.join()}`, { cause: error });
        }
      }
    }
  });

  test(`${name}: anything, cut anywhere`, () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
    const run = fc.check(
      fc.property(inputs, cuts, (bytes, sizes) => check(bytes, sizes)),
      { numRuns: 1000 },
    );
    if (run.failed) keep(run);
    expect(run.failed, fc.defaultReportMessage(run)).toBe(false);
  });

  function keep({ seed, counterexample }: fc.RunDetails<[Buffer, number[]]>): void {
    const bytes = counterexample?.[0].toString('latin1') ?? '';
    writeFileSync(
      fileOf(name),
      `${JSON.stringify([...corpus, { what: `found by seed ${seed}`, bytes }], null, 2)}\n`,
    );
  }
}

export function corpusOf(name: string): readonly Kept[] {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as readonly Kept[];
}

function fileOf(name: string): URL {
  return new URL(`corpus/${name}.json`, import.meta.url);
}

/** `bytes` in pieces of the given sizes, over and over. */
export function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Pieces that mean something, in any order, some of them spoiled: bytes changed, cut out, or said twice. */
export function spoiled(pieces: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const spoils = fc.array(
    fc.record({
      kind: fc.constantFrom('change', 'cut', 'twice'),
      at: fc.nat(),
      length: fc.nat(12),
      byte: fc.nat(255),
    }),
    { maxLength: 3 },
  );
  return fc.tuple(fc.array(pieces, { minLength: 1, maxLength: 10 }), spoils).map(([whole, changes]) => {
    let bytes = Buffer.concat(whole);
    for (const { kind, at, length, byte } of changes) {
      const place = bytes.length === 0 ? 0 : at % bytes.length;
      const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
      if (kind === 'change') bytes = Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
      else if (kind === 'cut') bytes = Buffer.concat([before, after.subarray(length)]);
      else bytes = Buffer.concat([before, after.subarray(0, length), after]);
    }
    return bytes;
  });
}
