import { describe, expect, test } from 'vitest';
import { chaptersOf } from '../../src/lab/lab.ts';
import type { Step } from '../../src/lab/lab-run.ts';
import { readLab } from '../../src/lab/read-lab.ts';
import { skeleton } from '../../src/lab/skeleton.ts';
import { labLines } from '../../src/tui/lab/frame.ts';
import { keyFor, labKeys } from '../../src/tui/lab/keys.ts';
import { LabModel, type Effect } from '../../src/tui/lab/model.ts';
import { proseLines } from '../../src/tui/lab/prose.ts';
import { plainPainter, textOf, widthOf } from '../../src/tui/line.ts';
import { sample } from '../client/sample.ts';

const lab = readLab('one', 'one.md', skeleton);
const course = { lab, chapters: chaptersOf(lab) };

function modelOf(columns = 80, rows = 24, ascii = false): LabModel {
  const progress = { chapter: 0, answers: [] };
  return new LabModel({ course, progress, ascii, size: { columns, rows } });
}

const screen = (model: LabModel): readonly string[] => labLines(model, plainPainter);

function press(model: LabModel, name: string): Effect | null {
  return keyFor(model, name)?.press(model) ?? null;
}

function steps(): readonly Step[] {
  return course.chapters[0]!.sections.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'block' ? [part.block] : [])),
  ).flatMap(({ mark, commands }) =>
    commands.map(({ line, text }, i) => ({
      kind: 'command',
      line,
      text,
      mark,
      verdict: 'passed',
      exit: 0,
      event: i === 0 ? line : null,
      ms: 12,
      said: 'ok',
      document: null,
    })),
  );
}

/** Every page, as its reader comes by them. */
function gallery(model: LabModel): string {
  const shots: string[] = [];
  const shoot = (): number => shots.push(screen(model).join('\n'));
  shoot();
  press(model, 'h');
  press(model, 'b');
  shoot();
  expect(press(model, 'enter')).toBe('play');
  model.began();
  for (const step of steps().slice(0, 4)) model.stepped(step);
  shoot();
  for (const step of steps().slice(4)) model.stepped(step);
  model.ended({
    verdict: 'passed',
    right: 1,
    after: [
      {
        heading: 'Explain',
        text: 'n3 was **cut off** (event 21).\n\n- a list\n- of `two`\n\n```\ncode\n```',
      },
    ],
    snapshot: sample(),
    stateHome: '/somewhere',
  });
  for (const page of ['run', 'observe', 'explain']) {
    expect(model.phase).toBe(page);
    shoot();
    if (page !== 'explain') press(model, 'enter');
  }
  const { columns } = model.size;
  return shots.map((shot) => `${'='.repeat(columns)}\n${shot}\n`).join('');
}

describe('golden frames of a lab', () => {
  test.for([
    [80, 24, false],
    [60, 15, true],
    [120, 40, false],
  ] as const)('%ix%i, ascii %s', async ([columns, rows, ascii]) => {
    const shown = gallery(modelOf(columns, rows, ascii));
    await expect(shown).toMatchFileSnapshot(`golden/lab-${columns}x${rows}${ascii ? '-ascii' : ''}.txt`);
  });

  test('fits, whatever the size', () => {
    for (const [columns, rows] of [
      [80, 24],
      [40, 10],
      [20, 6],
      [12, 3],
      [200, 60],
    ] as const) {
      for (const shot of gallery(modelOf(columns, rows)).split(`${'='.repeat(columns)}\n`)) {
        const lines = shot.replace(/\n$/, '').split('\n');
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('keys of a lab', () => {
  test('no key means two things at once', () => {
    const model = modelOf();
    for (const at of ['predict', 'run', 'observe', 'explain'] as const) {
      model.phase = at;
      const names = labKeys.filter((key) => key.applies(model)).flatMap((key) => key.keys);
      const twice = names.filter((name, i) => names.indexOf(name) !== i);
      // `b` answers while a question is open, and goes back elsewhere.
      expect(twice.filter((name) => name !== 'b')).toEqual([]);
    }
  });

  test('nothing runs before a prediction is made or skipped', () => {
    const model = modelOf();
    expect(press(model, 'enter')).toBeNull();
    expect(model.phase).toBe('predict');
    expect(press(model, 's')).toBe('play');
  });

  test('later pages are hidden until they are reached', () => {
    const model = modelOf();
    press(model, 'a');
    model.began();
    expect(press(model, 'enter')).toBeNull();
    expect(model.phase).toBe('run');
    expect(screen(model).join('\n')).not.toContain('OBSERVED');
  });
});

test('prose: paragraphs are filled, lists hang, links are their text, control characters are shown', () => {
  expect(proseLines('*she* must, a * b', 40, false).map(textOf)).toEqual(['she must, a * b']);
  expect(proseLines('at /a/long/path/of/it', 10, false).map(textOf)).toEqual([
    'at',
    '/a/long/pa',
    'th/of/it',
  ]);
  const shown = proseLines('A [link](x.md) and\nmore\u0007.\n\n- an item that is long\n- two', 14, false).map(
    textOf,
  );
  expect(shown).toEqual(['A link and', String.raw`more\u{7}.`, '', '- an item that', '  is long', '- two']);
});

test('prose: a table has columns; a cell without room goes on below, and nothing is cut off', () => {
  const table = '| way | costs |\n| --- | --- |\n| token | a wait, once in a while |\n| leader | all |';
  expect(proseLines(table, 40, false).map(textOf)).toEqual([
    'way     costs',
    'token   a wait, once in a while',
    'leader  all',
  ]);
  expect(proseLines(table, 24, false).map(textOf)).toEqual([
    'way     costs',
    'token   a wait, once in',
    '        a while',
    'leader  all',
  ]);
  expect(proseLines('| /a/very/long/path | one two three |', 20, false).map(textOf)).toEqual([
    '/a/very/l  one two',
    'ong/path   three',
  ]);
});

test('a command that is longer than a line is shown whole', () => {
  const long = `${'status --json '.repeat(8)}--end`;
  const own = readLab('one', 'one.md', skeleton.replace(/^up --nodes 3$/m, `up --nodes 3\n${long}`));
  const model = new LabModel({
    course: { lab: own, chapters: chaptersOf(own) },
    progress: { chapter: 0, answers: [] },
    ascii: false,
    size: { columns: 60, rows: 40 },
  });
  const shown = screen(model).join('\n');
  expect(shown.match(/status --json/g)).toHaveLength(8);
  expect(shown).toContain('--end');
});
