import { describe, expect, test } from 'vitest';
import {
  loadStyle,
  printDocument,
  printError,
  printStream,
  wantsColour,
  type Output,
} from '../../src/cli/output.ts';
import type { DocumentResult } from '../../src/commands/command.ts';
import { plain } from '../../src/commands/style.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { createChance } from '../../src/lib/chance.ts';

function captured(over: Partial<Output> = {}) {
  const seen = { out: '', err: '' };
  const output: Output = {
    json: false,
    quiet: false,
    style: plain,
    chance: null,
    out: (text) => void (seen.out += text),
    err: (text) => void (seen.err += text),
    ...over,
  };
  return { output, seen };
}

const result: DocumentResult = {
  kind: 'document',
  json: { schema: 'replab.get/1' },
  text: () => '1',
  note: () => 'n2 at 1@n1/3',
  next: ['replab status', 'replab down'],
};

const error = new ReplabError('no-leader', { cluster: 't1' });

describe('a document', () => {
  test('results on standard output, the rest on standard error', () => {
    const { output, seen } = captured();
    printDocument(result, output);
    expect(seen).toEqual({ out: '1\n', err: 'n2 at 1@n1/3\nnext:\n  replab status\n  replab down\n' });
  });

  test('--quiet: the result alone', () => {
    const { output, seen } = captured({ quiet: true });
    printDocument(result, output);
    expect(seen).toEqual({ out: '1\n', err: '' });
  });

  test('--json: one document, and nothing else', () => {
    const { output, seen } = captured({ json: true });
    printDocument(result, output);
    expect(seen).toEqual({ out: '{"schema":"replab.get/1"}\n', err: '' });
  });

  test('no text is no line', () => {
    const { output, seen } = captured();
    printDocument({ kind: 'document', json: { schema: 's/1' }, text: () => '' }, output);
    expect(seen).toEqual({ out: '', err: '' });
  });
});

describe('what chance decided', () => {
  const chance = createChance(7);
  const [node] = chance.draw('@random', ['n1', 'n2', 'n3']);

  test('is said, with the seed that does it again', () => {
    const { output, seen } = captured({ chance });
    printDocument({ ...result, next: [] }, output);
    expect(seen.err).toBe(`@random is ${node} (--seed 7)\nn2 at 1@n1/3\n`);
  });

  test('is in the document, and beside an error', () => {
    const { output, seen } = captured({ chance, json: true });
    printDocument(result, output);
    printError(error, output);
    const [document, failed] = seen.out.trim().split('\n');
    const drawn = { seed: 7, drawn: [{ by: '@random', chose: node }] };
    expect(JSON.parse(document!)).toEqual({ schema: 'replab.get/1', chance: drawn });
    expect(JSON.parse(failed!)).toMatchObject({ schema: 'replab.error/1', chance: drawn });
  });

  test('is nothing when nothing was drawn', () => {
    const { output, seen } = captured({ chance: createChance(7) });
    printDocument({ ...result, next: [] }, output);
    expect(seen.err).toBe('n2 at 1@n1/3\n');
  });
});

describe('an error', () => {
  test('says what, why and the command that fixes it', () => {
    const { output, seen } = captured();
    printError(error, output);
    expect(seen.out).toBe('');
    expect(seen.err).toBe(
      [
        'replab: There is no leader.',
        '  why: No node that answers leads, so nobody takes writes.',
        '  fix: Start the old leader (`replab start -c t1 NODE`), or make another one lead: `replab promote -c t1 NODE`.',
        '',
      ].join('\n'),
    );
  });

  test('names the log when there is one', () => {
    const { output, seen } = captured();
    printError(new ReplabError('supervisor-failed', { cluster: 't1', log: 'logs/supervisor.log' }), output);
    expect(seen.err).toContain('\n  log: logs/supervisor.log\n');
  });

  test('--json: one document on standard output, with what is certain', () => {
    const { output, seen } = captured({ json: true });
    printError(new ReplabError('not-replicated', { cluster: 't1', at: '1@n1/7', copies: 1 }), output);
    expect(seen.err).toBe('');
    expect(JSON.parse(seen.out)).toMatchObject({
      schema: 'replab.error/1',
      error: { code: 'not-replicated', definite: false, facts: { at: '1@n1/7', copies: 1 } },
    });
  });
});

describe('a stream', () => {
  const items = async function* (...lines: readonly string[]) {
    for (const line of lines) yield await Promise.resolve({ json: { line }, text: () => line });
  };

  test('lines, or a JSON document a line', async () => {
    const text = captured();
    await printStream({ kind: 'stream', items: items('a', 'b') }, text.output, false);
    expect(text.seen.out).toBe('a\nb\n');
    const json = captured({ json: true });
    await printStream({ kind: 'stream', items: items('a', 'b') }, json.output, false);
    expect(json.seen.out).toBe('{"line":"a"}\n{"line":"b"}\n');
  });

  test('an empty one says so to people alone', async () => {
    const text = captured();
    await printStream({ kind: 'stream', items: items(), empty: 'Nothing.' }, text.output, false);
    expect(text.seen).toEqual({ out: '', err: 'Nothing.\n' });
    const json = captured({ json: true });
    await printStream({ kind: 'stream', items: items(), empty: 'Nothing.' }, json.output, false);
    expect(json.seen).toEqual({ out: '', err: '' });
  });
});

describe('colour', () => {
  test.for([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ] as const)('terminal %s, %j: %s', ([isTTY, env, expected]) => {
    expect(wantsColour({ isTTY }, env)).toBe(expected);
  });

  test('paints', async () => {
    expect((await loadStyle(true)).bad('no')).toBe('\u001B[31mno\u001B[39m');
    expect((await loadStyle(false)).bad('no')).toBe('no');
  });
});
