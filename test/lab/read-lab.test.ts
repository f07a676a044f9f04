import { describe, expect, test } from 'vitest';
import { ReplabError } from '../../src/control/errors.ts';
import { chaptersOf, type Lab } from '../../src/lab/lab.ts';
import { readLab } from '../../src/lab/read-lab.ts';

const front = [
  '---',
  'title: A lab',
  'notes: [1.1, 1.10]',
  'ddia: { first: 5, second: 6 }',
  'minutes: 5',
  '---',
];
const body = [
  'Some prose.',
  '',
  '```replab',
  'up --nodes 3',
  'replab put x "a b" --save w # that is it',
  '```',
  '',
  '## Predict',
  '',
  'What?',
  '',
  '- One. <!-- w.exit = 0 -->',
  '- Two,',
  '  with `code`. <!-- w.exit = 8 -->',
  '',
  '## Weak',
  '',
  '```replab weak',
  '! put x 1 --at n2',
  'put y \\',
  '  1',
  '```',
  '',
  '```replab fix',
  'heal',
  '```',
  '```replab',
  `expect 'w.exit = 0`,
  `  and true'`,
  '```',
  '',
  '## Explain',
  '',
  'It was {{ w.at.text }}.',
];

function lab(lines: readonly string[] = body, head: readonly string[] = front): Lab {
  return readLab('one', 'one.md', [...head, ...lines].join('\n'));
}

/** The line and what was expected, of a lab with something wrong in it. */
function wrong(lines: readonly string[], head: readonly string[] = front): string {
  try {
    lab(lines, head);
  } catch (error) {
    if (!(error instanceof ReplabError)) throw error;
    expect(error.code).toBe('bad-lab');
    return `${String(error.facts['line'])}: ${String(error.facts['detail'])}`;
  }
  return 'nothing';
}

/** `body` with the line that equals `old` replaced. */
function but(old: string, ...instead: readonly string[]): readonly string[] {
  expect(body).toContain(old);
  return body.flatMap((line) => (line === old ? instead : [line]));
}

function butFront(old: string, ...instead: readonly string[]): readonly string[] {
  expect(front).toContain(old);
  return front.flatMap((line) => (line === old ? instead : [line]));
}

describe('a lab', () => {
  test('has what its front matter says; 1.10 is no number', () => {
    expect(lab().front).toEqual({
      title: 'A lab',
      notes: ['1.1', '1.10'],
      order: 1,
      ddia: { first: 5, second: 6 },
      modes: expect.arrayContaining(['single-leader']),
      engines: ['replab'],
      minutes: 5,
    });
  });

  test('has its lines where they are in the file, as typed and as words', () => {
    const commands = lab().sections.flatMap(({ parts }) =>
      parts.flatMap((part) =>
        part.kind === 'block' ? part.block.commands.map((one) => ({ ...one, mark: part.block.mark })) : [],
      ),
    );
    expect(commands).toEqual([
      { line: 10, text: 'up --nodes 3', words: ['up', '--nodes', '3'], negated: false, mark: 'set-up' },
      {
        line: 11,
        text: 'put x "a b" --save w',
        words: ['put', 'x', 'a b', '--save', 'w'],
        negated: false,
        mark: 'set-up',
      },
      {
        line: 25,
        text: '! put x 1 --at n2',
        words: ['put', 'x', '1', '--at', 'n2'],
        negated: true,
        mark: 'weak',
      },
      { line: 26, text: 'put y   1', words: ['put', 'y', '1'], negated: false, mark: 'weak' },
      { line: 31, text: 'heal', words: ['heal'], negated: false, mark: 'fix' },
      {
        line: 34,
        text: "expect 'w.exit = 0\n  and true'",
        words: ['expect', 'w.exit = 0\n  and true'],
        negated: false,
        mark: 'set-up',
      },
    ]);
  });

  test('has a question, and answers that say when they are right', () => {
    const [chapter, ...others] = chaptersOf(lab());
    expect(others).toEqual([]);
    expect(chapter?.question).toEqual({
      text: 'What?',
      answers: [
        { line: 18, text: 'One.', expression: 'w.exit = 0' },
        { line: 19, text: 'Two, with `code`.', expression: 'w.exit = 8' },
      ],
    });
    expect(chapter?.sections.map(({ kind }) => kind)).toEqual(['prose', 'predict', 'prose', 'explain']);
  });

  test('may have Windows line ends', () => {
    expect(readLab('one', 'one.md', [...front, ...body].join('\r\n')).sections).toEqual(lab().sections);
  });

  test('a second question begins a chapter', () => {
    const twice = lab([...body, ...body.slice(7, 14)]);
    expect(chaptersOf(twice).map(({ question }) => question?.text)).toEqual(['What?', 'What?']);
  });
});

describe('a mistake is told with its line and what was expected:', () => {
  test.for([
    ['no front matter', '1: Expected front matter', wrong(body, [])],
    ['front matter without an end', '1: Expected front matter', wrong(body, front.slice(0, -1))],
    ['no YAML', '4: The front matter is no YAML', wrong(body, butFront('notes: [1.1, 1.10]', 'notes: [1.1'))],
    ['no fields', '2: Expected fields', wrong(body, ['---', 'title', '---'])],
    [
      'an unknown field',
      '2: There is no field titel; expected title, notes',
      wrong(body, butFront('title: A lab', 'titel: A lab')),
    ],
    ['a guess at it', 'Did you mean title?', wrong(body, butFront('title: A lab', 'titel: A lab'))],
    ['no title', '1: Expected `title: …`', wrong(body, butFront('title: A lab'))],
    ['no minutes', '1: Expected `minutes: N`', wrong(body, butFront('minutes: 5'))],
    ['minutes', '5: `minutes` is a number', wrong(body, butFront('minutes: 5', 'minutes: five'))],
    ['order', '5: `order` is a number, such as 2', wrong(body, butFront('minutes: 5', 'order: last'))],
    ['notes', '3: `notes` is a list', wrong(body, butFront('notes: [1.1, 1.10]', 'notes: 1.1'))],
    [
      'a line of the notes',
      '3: `notes` has "one"; expected lines',
      wrong(body, butFront('notes: [1.1, 1.10]', 'notes: [1.1, one]')),
    ],
    [
      'an edition',
      '4: `ddia` names the chapter in both',
      wrong(body, butFront('ddia: { first: 5, second: 6 }', 'ddia: 5')),
    ],
    [
      'a mode',
      '4: `modes` has "two"; expected',
      wrong(body, butFront('ddia: { first: 5, second: 6 }', 'modes: [two]')),
    ],
    [
      'an engine',
      '4: `engines` has "x"; expected replab',
      wrong(body, butFront('ddia: { first: 5, second: 6 }', 'engines: [x]')),
    ],
    [
      'a mark',
      '24: A block is marked weak or fix, or not at all; it says "week". Did you mean weak?',
      wrong(but('```replab weak', '```replab week')),
    ],
    ['two marks', '24: A block is marked weak or fix', wrong(but('```replab weak', '```replab weak fix'))],
    ['an empty block', '30: There is no command', wrong(but('heal', '# nothing'))],
    ['a pipe', '31: | means nothing here', wrong(but('heal', 'heal | cat'))],
    ['a quote', "34: A quote (') is not closed", wrong(but("  and true'", '  and true'))],
    ['a line that goes on', '31: A line that goes on is not closed', wrong(but('heal', 'heal \\'))],
    ['! alone', '25: `!` is followed by a command', wrong(but('! put x 1 --at n2', '!'))],
    ['replab alone', '31: `replab` is followed by a command', wrong(but('heal', 'replab'))],
    ['no up', '10: The first command of a lab is `up`', wrong(but('up --nodes 3', 'ls'))],
    ['no block', '1: There is no block of commands', wrong(['Prose.'])],
    [
      'no answers',
      '14: "Predict" has no list of answers',
      wrong(body.filter((line) => !/^- |^ {2}with/.test(line))),
    ],
    [
      'one answer',
      '18: A question has two to four answers; there are 1',
      wrong(body.filter((line) => line !== '- One. <!-- w.exit = 0 -->')),
    ],
    [
      'no question',
      '17: The question stands before its answers',
      wrong(body.filter((line) => line !== 'What?')),
    ],
    [
      'an answer that nothing decides',
      '18: An answer ends with what makes it the right one',
      wrong(but('- One. <!-- w.exit = 0 -->', '- One.')),
    ],
    [
      'an expression',
      '18: `w.exit =` is no expression',
      wrong(but('- One. <!-- w.exit = 0 -->', '- One. <!-- w.exit = -->')),
    ],
    [
      'a second list',
      '24: A question has one list',
      wrong(but('## Weak', 'Or:', '', '- A. <!-- true -->', '## Weak')),
    ],
    [
      'commands under a question',
      '16: Commands stand in a section of their own',
      wrong(but('What?', '```replab', 'heal', '```')),
    ],
    [
      'an explanation of nothing',
      '38: "Explain" quotes nothing of the run',
      wrong(but('It was {{ w.at.text }}.', 'So.')),
    ],
    ['a placeholder', '40: `w.` is no expression', wrong(but('It was {{ w.at.text }}.', 'It was {{ w. }}.'))],
    ['no fix', '1: There is no block marked fix', wrong(but('```replab fix', '```replab'))],
    [
      'nothing weak before it',
      '30: There is no block marked weak',
      wrong(but('```replab weak', '```replab')),
    ],
    [
      'nothing expected after it',
      '30: Nothing is expected after the fix',
      wrong(body.filter((line) => !/expect|and true/.test(line)).toSpliced(-6, 2)),
    ],
  ] as const)('%s', ([, expected, said]) => {
    expect(said).toContain(expected);
  });
});
