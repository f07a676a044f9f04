import { clipLine, justify, paintLine, wrapLine, type Line, type Painter, type Span } from '../line.ts';
import { keyFor, labKeys, type LabKey } from './keys.ts';
import { phases, type LabModel, type Phase } from './model.ts';
import { explainPage, observePage, predictPage, runPage } from './pages.ts';

const pages: Readonly<Record<Phase, (model: LabModel) => readonly Line[]>> = {
  predict: predictPage,
  run: runPage,
  observe: observePage,
  explain: explainPage,
};

/** As it is written to the terminal. The model learns how far its page can be scrolled. */
export function labLines(model: LabModel, painter: Painter): readonly string[] {
  const { lines, scrollMax } = labFrame(model);
  model.scrollMax = scrollMax;
  return lines.map((line) => paintLine(line, model.size.columns, model.glyphs.more, painter));
}

/** The whole screen: never more lines than it has rows, none longer than it is wide. */
function labFrame(model: LabModel): { readonly lines: readonly Line[]; readonly scrollMax: number } {
  const { columns, rows } = model.size;
  const body = pages[model.phase](model);
  const top = [headLine(model), titleLine(model), ruleLine(model)];
  const room = Math.max(0, rows - top.length - 2);
  const scrollMax = Math.max(0, body.length - room);
  const from = Math.min(model.scroll ?? scrollMax, scrollMax);
  const shown = body.slice(from, from + room);
  const filler = Array.from({ length: room - shown.length }, (): Line => []);
  const lines = [...top, ...shown, ...filler, moreLine(model, from, scrollMax), footer(model)];
  return { lines: lines.slice(0, rows).map((line) => clipLine(line, columns, model.glyphs.more)), scrollMax };
}

function headLine(model: LabModel): Line {
  const { course, at, phase, glyphs, state, score, size } = model;
  const steps = phases.flatMap((one, i): Span[] => {
    const isReached = phases.indexOf(state.reached) >= i;
    const arrow: Span[] = i === 0 ? [] : [['dim', ` ${glyphs.arrow} `]];
    if (one === phase) return [...arrow, ['bold', `${glyphs.selected} ${one}`]];
    return [...arrow, isReached ? ['good', `${glyphs.ok} ${one}`] : ['dim', one]];
  });
  const place = `${at + 1}/${course.chapters.length}`;
  const points: Line = score.asked === 0 ? [] : [['dim', `right ${score.right} of ${score.asked} `]];
  const left: Line = [['bold', ` ${course.lab.name}`], ['dim', `  ${place}   `], ...steps];
  return justify(left, points, size.columns, glyphs.more);
}

function titleLine({ course }: LabModel): Line {
  return [` ${course.lab.front.title}`];
}

function ruleLine({ glyphs, size }: LabModel): Line {
  return [['dim', glyphs.rule.repeat(size.columns)]];
}

function moreLine({ glyphs, size }: LabModel, from: number, scrollMax: number): Line {
  const rule = glyphs.rule.repeat(size.columns);
  if (scrollMax === 0) return [['dim', rule]];
  const where = from < scrollMax ? `more below: Space, arrows` : 'the end';
  const note = ` ${where} `;
  return [['dim', `${rule.slice(0, 2)}${note}${rule.slice(2 + note.length)}`]];
}

function footer(model: LabModel): Line {
  const { size } = model;
  // Of a key with several names, the one that means this now.
  const nameOf = (key: LabKey): string | undefined => key.keys.find((name) => keyFor(model, name) === key);
  const items = labKeys.flatMap((key) => {
    const name = nameOf(key);
    if (key.footer === '' || name === undefined) return [];
    return [[key.label?.(model) ?? name, wordFor(model, key.footer)] as const];
  });
  const texts: Line[] = items.map(([key, word]): Line => [
    ['bold', key === 'left' ? 'Left' : key],
    ['dim', ` ${word}   `],
  ]);
  const line: Line = [' ', ...texts.flat()];
  return wrapLine(line, size.columns, 1, model.glyphs.more)[0] ?? [];
}

function wordFor({ phase, isLast, state, chapter }: LabModel, word: string): string {
  if (word !== 'next') return word;
  if (phase === 'explain') return isLast ? 'leave' : 'the next question';
  if (phase !== 'predict' || state.reached !== 'predict') return 'next';
  if (chapter.question === null) return 'run';
  return state.choice === null ? 'run, once answered' : 'lock and run';
}
