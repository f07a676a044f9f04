import { count } from '../../commands/count.ts';
import { roleWord } from './words.ts';
import { safe, wrapLine, type Line, type Paint, type Span } from '../line.ts';
import type { CommandLine, Section } from '../../lab/lab.ts';
import type { Step } from '../../lab/lab-run.ts';
import type { LabModel } from './model.ts';
import { paragraph, proseLines } from './prose.ts';

const margin = 1;

function widthOfPage({ size }: LabModel): number {
  return Math.max(20, Math.min(size.columns - 2 * margin, 100));
}

function prose(model: LabModel, markdown: string): readonly Line[] {
  return proseLines(markdown, widthOfPage(model), model.ascii).map(indented);
}

function indented(line: Line): Line {
  return [' '.repeat(margin), ...line];
}

function title(text: string, paint: Paint = 'bold'): Line {
  return [' '.repeat(margin), [paint, text]];
}

/** What is read before, the question and its answers. */
export function predictPage(model: LabModel): readonly Line[] {
  const { chapter, state, hints } = model;
  const before = sectionsBefore(model).flatMap((section) => sectionText(model, section));
  const lines: Line[] = [...before];
  const { question } = chapter;
  if (question !== null) {
    lines.push([], title('PREDICT'), ...prose(model, question.text), []);
    lines.push(...answers(model));
    const said = state.skipped
      ? 'You skipped it.'
      : state.choice === null
        ? 'Answer with a letter, or s to skip.'
        : null;
    if (said !== null) lines.push([], indented([['dim', said]]));
  }
  const shown = hints.slice(0, state.hints);
  if (shown.length > 0) lines.push([], title('HINTS'), ...shown.flatMap((hint) => hintLines(model, hint)));
  return lines;
}

function hintLines(model: LabModel, hint: string): readonly Line[] {
  return paragraph(hint, widthOfPage(model), model.ascii, '- ', '  ').map(indented);
}

function answers(model: LabModel): readonly Line[] {
  const { chapter, state, glyphs, ascii } = model;
  return chapter.question!.answers.flatMap(({ text }, i) => {
    const isChosen = state.choice === i;
    const mark = isChosen ? glyphs.selected : ' ';
    const locked = isChosen && state.reached !== 'predict' ? '  LOCKED' : '';
    return paragraph(`${text}${locked}`, widthOfPage(model), ascii, ` ${mark}${'abcd'[i]!}) `, '     ').map(
      (line): Line => (isChosen ? [['bold', textIn(line)]] : line),
    );
  });
}

function textIn(line: Line): string {
  return line.map((span) => (typeof span === 'string' ? span : span[1])).join('');
}

/** Sections up to the question; without one, up to the first commands. */
function sectionsBefore({ chapter }: LabModel): readonly Section[] {
  const { sections } = chapter;
  const question = sections.findIndex(({ kind }) => kind === 'predict');
  const first = sections.findIndex(({ parts }) => parts.some(({ kind }) => kind === 'block'));
  return sections.slice(0, question >= 0 ? question : first + 1);
}

/** Its prose, and its commands as they will be run. */
function sectionText(model: LabModel, { heading, parts }: Section): readonly Line[] {
  const lines: Line[] = heading === null ? [] : [[], title(heading)];
  for (const part of parts) {
    if (lines.length > 0) lines.push([]);
    if (part.kind === 'text') lines.push(...prose(model, withoutTitle(part.markdown)));
    if (part.kind === 'block')
      lines.push(...part.block.commands.flatMap(({ text }) => typedLines(model, ' ', text, 'dim')));
  }
  return lines;
}

/** The screen has one already. */
function withoutTitle(markdown: string): string {
  return /^# [^\n]*$/.test(markdown) ? '' : markdown;
}

/** What is run, as it runs: prose, commands, what came of each. */
export function runPage(model: LabModel): readonly Line[] {
  const { chapter, state } = model;
  const lines: Line[] = [...earlierLines(model)];
  const waiting = chapter.sections.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'block' ? part.block.commands : [])),
  );
  const next = waiting.find(({ line }) => stepAt(model, line) === undefined);
  for (const { heading, kind, parts } of chapter.sections) {
    if (kind !== 'prose' || !parts.some((part) => part.kind === 'block')) continue;
    if (next !== undefined && parts[0] !== undefined && parts[0].line > next.line && !state.playing) break;
    if (heading !== null) lines.push([], title(heading));
    for (const part of parts) {
      // What has not begun is not told yet.
      if (next !== undefined && part.line > next.line) return [...lines, ...endLines(model)];
      if (lines.length > 0) lines.push([]);
      if (part.kind === 'text') lines.push(...prose(model, withoutTitle(part.markdown)));
      if (part.kind !== 'block') continue;
      if (part.block.mark !== 'set-up')
        lines.push(indented([['dim', part.block.mark === 'fix' ? 'the mechanism' : 'the weak setting']]));
      for (const command of part.block.commands) {
        lines.push(...commandLines(model, command, command === next));
        if (command === next) return [...lines, ...endLines(model)];
      }
    }
  }
  return [...lines, ...endLines(model)];
}

/** What the chapter builds on is run before it, on a new cluster. */
function earlierLines({ chapter, state }: LabModel): readonly Line[] {
  const own = chapter.sections[0]!.line;
  const earlier = state.steps.filter(({ line }) => line < own).length;
  if (earlier === 0) return [];
  return [indented([['dim', `${count(earlier, 'command')} of the chapters before, on a new cluster`]])];
}

function stepAt({ state }: LabModel, line: number): Step | undefined {
  return state.steps.find((step) => step.kind === 'command' && step.line === line);
}

function commandLines(model: LabModel, { line, text }: CommandLine, isNext: boolean): readonly Line[] {
  const { glyphs, ascii, state } = model;
  const step = stepAt(model, line);
  if (step === undefined)
    return isNext && state.playing
      ? typedLines(model, ['bold', glyphs.selected], text, 'bold')
      : typedLines(model, ' ', text, 'dim');
  const passed = step.verdict === 'passed';
  const head = typedLines(model, passed ? ['good', glyphs.ok] : ['bad', glyphs.cut], text);
  const said = step.said.split('\n').filter((one) => one.trim() !== '');
  const told = passed ? said.slice(0, isProof(text) ? 0 : 1) : said;
  return [
    ...head,
    ...told.map((one): Line => indented([[passed ? 'dim' : 'bad', `    ${safe(one.trim(), ascii)}`]])),
  ];
}

/** A command as it is typed, after its mark: whole, unless it is longer than anybody reads. */
function typedLines(model: LabModel, mark: Span, text: string, paint?: Paint): readonly Line[] {
  const shown = ` ${safe(firstLine(text), model.ascii)}`;
  const line: Line = [mark, paint === undefined ? shown : [paint, shown]];
  return wrapLine(line, widthOfPage(model), 5, model.glyphs.more).map(indented);
}

/** It held, and its mark says so. */
function isProof(text: string): boolean {
  return /^(expect|wait|status|events|log|load)\b/.test(text);
}

function endLines({ state, ascii, glyphs }: LabModel): readonly Line[] {
  if (state.playing) return [];
  const others = state.steps.filter(({ kind, verdict }) => kind !== 'command' && verdict !== 'passed');
  const missed = others.flatMap(({ said }): Line[] =>
    said.split('\n').map((one) => indented([['bad', `${glyphs.cut} ${safe(one, ascii)}`]])),
  );
  if (state.seen === null) return missed;
  if (state.seen.verdict === 'passed')
    return [[], indented([['good', 'All of it ran as expected.'], ' Enter: what was seen.'])];
  return [
    ...missed,
    [],
    indented([['bad', 'Something did not go as expected.'], ' r runs it again, from the beginning.']),
  ];
}

/** The answer of the run first, then what was predicted, then what there is to see. */
export function observePage(model: LabModel): readonly Line[] {
  const { chapter, state, ascii } = model;
  const { seen } = state;
  if (seen === null) return [];
  const lines: Line[] = [];
  if (seen.right !== null) {
    const answer = chapter.question!.answers[seen.right]!.text;
    lines.push(
      title('OBSERVED'),
      ...paragraph(answer, widthOfPage(model), ascii, ` ${'abcd'[seen.right]!}) `, '    '),
    );
    lines.push([], indented(guessLine(model, seen.right)));
  }
  const proofs = state.steps.filter(({ text, verdict }) => /^expect\b/.test(text) && verdict === 'passed');
  if (proofs.length > 0) {
    lines.push(
      [],
      title('HELD'),
      ...proofs.flatMap(({ text }) => typedLines(model, ['good', model.glyphs.ok], text)),
    );
  }
  if (seen.snapshot !== null) {
    lines.push([], title('IN THE END'));
    for (const node of seen.snapshot.nodes) lines.push(indented(roleWord(node, model.glyphs)));
    const look = `It is still up; in another terminal: XDG_STATE_HOME=${seen.stateHome} replab watch`;
    lines.push(
      ...paragraph(look, widthOfPage(model), ascii).map((line) => indented([['dim', textIn(line)]])),
    );
  }
  const events = state.steps.filter(({ event }) => event !== null);
  if (events.length > 0) {
    lines.push([], title('EVENTS'));
    for (const { event, text } of events)
      lines.push(indented([['dim', `#${event}`.padEnd(6)], safe(firstLine(text), ascii)]));
  }
  return lines;
}

function guessLine({ state, glyphs }: LabModel, right: number): Line {
  if (state.choice === null) return [['dim', 'You made no prediction.']];
  const letter = 'abcd'[state.choice]!;
  const verdict: Span =
    state.choice === right ? ['good', `${glyphs.ok} right`] : ['caution', `${glyphs.cut} not what happened`];
  return [`Your answer ${letter}: `, verdict];
}

/** Why, with the events of this run by their numbers. */
export function explainPage(model: LabModel): readonly Line[] {
  const { seen } = model.state;
  if (seen === null) return [];
  if (seen.after.length === 0) return prose(model, 'Why is told later, after the next question.');
  return seen.after.flatMap(({ heading, text }, i): Line[] => [
    ...(i === 0 ? [] : [[] as Line]),
    title(heading.toUpperCase() === 'EXPLAIN' ? 'EXPLAIN' : heading),
    ...prose(model, text),
  ]);
}

function firstLine(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  return rest.length === 0 ? first : `${first} …`;
}
