import { writeFileSync } from 'node:fs';
import type { Context, LabAsked, Result, StreamItem } from '../commands/command.ts';
import { ownLabs } from '../commands/lab-names.ts';
import { pushed } from '../commands/streams.ts';
import { ReplabError } from '../control/errors.ts';
import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import { quoteWord } from '../lib/shell-words.ts';
import { unreachable } from '../lib/assert.ts';
import { listLabPlaces, removeLabPlace } from '../control/lab-places.ts';
import { annotationsOf } from './annotations.ts';
import { isOwn, openAll, openLab } from './catalogue.ts';
import { checkLines, type LineFault } from './check-lines.ts';
import { asProcesses } from './as-processes.ts';
import { Course } from './course.ts';
import { junitOf } from './junit.ts';
import type { Lab } from './lab.ts';
import { listCoverage, listLabs, showLab } from './list.ts';
import { runsDocument } from './report-json.ts';
import { beginText, endText, stepText, sumText } from './report-text.ts';
import type { Invoke } from './lab-run.ts';
import type { LabResult } from './run-lab.ts';
import { runLabs, type News } from './runs.ts';
import { newLab } from './skeleton.ts';
import { stepLab, type Typed } from './step-lab.ts';
import { tapOf, tapPlan, tapVersion } from './tap.ts';
import { exitOf, worst } from './verdict.ts';

/** What the process gives, that labs run in. */
export interface LabAid {
  readonly lineFault: LineFault;
  /** Lines of standard input, from now on. */
  typed(): Typed;
  /** The words that start replab, as a process. */
  readonly self: readonly string[];
}

/** Does what `replab lab` was asked for. Throws ReplabError. */
export async function carryOut(asked: LabAsked, context: Context, aid: LabAid): Promise<Result> {
  const dir = asked.dir ?? ownLabs();
  switch (asked.action) {
    case 'list':
      return asked.coverage ? listCoverage(dir) : listLabs(dir, context.root);
    case 'show':
      return showLab(dir, asked.names[0]!);
    case 'new':
      return newLab(asked.dir ?? '.', asked.names[0]!);
    case 'step': {
      const lab = openLab(dir, asked.names[0]!);
      await checkLines([lab], aid.lineFault);
      await removeLeft(context.root);
      return stepResult(lab, asked, context, aid);
    }
    case 'run': {
      const labs = asked.all ? openAll(dir) : asked.names.map((name) => openLab(dir, name));
      if (labs.length === 0) throw new ReplabError('no-labs', { dir, detail: 'There are none in it' });
      await checkLines(labs, aid.lineFault);
      // Told before anything runs, and not at the end of it all.
      if (asked.junit !== null) writeReport(asked.junit, '');
      await removeLeft(context.root);
      return runResult(labs, asked, context, aid);
    }
    default:
      return unreachable(asked.action);
  }
}

/** What runs left that were killed: their places; their clusters ended with them. */
async function removeLeft(root: string): Promise<void> {
  for (const { dir, state } of listLabPlaces(root)) if (state === 'left') await removeLabPlace(dir);
}

function settingsOf(
  { asProcesses: isApart }: LabAsked,
  context: Context,
  { self }: LabAid,
  signal = context.signal,
) {
  const inThisProcess: Invoke = (words, elsewhere) => context.invoke(words, { elsewhere, signal });
  return {
    root: context.root,
    seed: context.chance.seed,
    signal,
    invoke: isApart ? asProcesses(self) : inThisProcess,
  };
}

/** A lab to go through chapter by chapter. Throws as `carryOut` does. */
export async function openCourse(asked: LabAsked, context: Context, aid: LabAid): Promise<Course> {
  const lab = openLab(asked.dir ?? ownLabs(), asked.names[0]!);
  await checkLines([lab], aid.lineFault);
  await removeLeft(context.root);
  const again = againOf(lab, asked, context.chance.seed);
  return new Course(lab, (signal) => ({ ...settingsOf(asked, context, aid, signal), again }));
}

function stepResult(lab: Lab, asked: LabAsked, context: Context, aid: LabAid): Result {
  let exit: ExitCode = exitCodes.ok;
  const items = stepLab(lab, {
    ...settingsOf(asked, context, aid),
    keep: asked.keep,
    typed: aid.typed(),
    again: `replab lab step ${lab.name}`,
    onExit: (code) => (exit = code),
  });
  return { kind: 'stream', items, exit: () => exit };
}

function runResult(labs: readonly Lab[], asked: LabAsked, context: Context, aid: LabAid): Result {
  let exit: ExitCode = exitCodes.ok;
  const items = pushed<StreamItem>(async (push) => {
    const printer = asked.tap ? tapPrinter(push) : textPrinter(push);
    const results = await runLabs({
      labs,
      repeat: asked.repeat,
      jobs: asked.jobs,
      withoutFix: asked.withoutFix,
      keep: asked.keep,
      ...settingsOf(asked, context, aid),
      againOf: (lab) => againOf(lab, asked, context.chance.seed),
      onNews: (news) => {
        if (news.type === 'begin') context.progress(`running ${news.lab.name}`);
        printer.news(news);
      },
    });
    if (asked.junit !== null) writeReport(asked.junit, junitOf(results));
    exit = exitOf[worst(results.map(({ verdict }) => verdict))];
    printer.end(results);
  });
  return { kind: 'stream', items, exit: () => exit };
}

interface Printer {
  news(news: News): void;
  end(results: readonly LabResult[]): void;
}

type Push = (item: StreamItem) => void;

/** JSON is one document, at the end. */
function textPrinter(push: Push): Printer {
  const annotates = process.env['GITHUB_ACTIONS'] === 'true';
  return {
    news(news) {
      push({
        json: null,
        text: (style) => {
          if (news.type === 'begin') return beginText(news.lab, news.seed, news.nth, style);
          if (news.type === 'step') return stepText(news.lab, news.step, style);
          const lines = [endText(news.result, style), ...(annotates ? annotationsOf(news.result) : [])];
          return lines.join('\n');
        },
      });
    },
    end: (results) =>
      push({
        json: runsDocument(results),
        text: (style) => (results.length === 1 ? null : sumText(results, style)),
      }),
  };
}

function tapPrinter(push: Push): Printer {
  let number = 0;
  const say = (text: string): void => push({ json: null, text: () => text });
  say(tapVersion());
  return {
    news(news) {
      if (news.type !== 'end') return;
      number += 1;
      say(tapOf(news.result, number));
    },
    end: (results) => push({ json: runsDocument(results), text: () => tapPlan(results.length) }),
  };
}

function againOf(lab: Lab, { withoutFix, asProcesses: isApart }: LabAsked, seed: number): string {
  const words = [
    ...['replab', 'lab', 'run', isOwn(lab) ? lab.name : lab.file],
    ...(withoutFix ? ['--without-fix'] : []),
    ...(isApart ? ['--as-processes'] : []),
    ...['--seed', String(seed)],
  ];
  return words.map(quoteWord).join(' ');
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ReplabError('usage', { command: 'lab', message: `${path} cannot be written: ${code}.` });
  }
}
