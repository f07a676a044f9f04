import { writeFileSync } from 'node:fs';
import type { Context, LabAsked, Result, StreamItem } from '../commands/command.ts';
import { ownLabs } from '../commands/lab-names.ts';
import { pushed } from '../commands/streams.ts';
import { ReplabError, unwritable } from '../control/errors.ts';
import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import { quoteWord } from '../lib/shell-words.ts';
import { unreachable } from '../lib/assert.ts';
import { annotationsOf } from './annotations.ts';
import { openAll, openLab } from './catalogue.ts';
import { checkLines, type LineFault } from './check-lines.ts';
import { junitOf } from './junit.ts';
import type { Lab } from './lab.ts';
import { listCoverage, listLabs, showLab } from './list.ts';
import { runsDocument } from './report-json.ts';
import { beginText, endText, stepText, sumText } from './report-text.ts';
import type { LabResult } from './run-lab.ts';
import { runLabs, type News } from './runs.ts';
import { tapOf, tapPlan, tapVersion } from './tap.ts';
import { exitOf, worst } from './verdict.ts';

/** Does what `replab lab` was asked for. Throws ReplabError. */
export async function carryOut(asked: LabAsked, context: Context, lineFault: LineFault): Promise<Result> {
  const dir = asked.dir ?? ownLabs();
  switch (asked.action) {
    case 'list':
      return asked.coverage ? listCoverage(dir) : listLabs(dir);
    case 'show':
      return showLab(dir, asked.names[0]!);
    case 'run': {
      const labs = asked.all ? openAll(dir) : asked.names.map((name) => openLab(dir, name));
      if (labs.length === 0) throw new ReplabError('no-labs', { dir, detail: 'There are none in it' });
      await checkLines(labs, lineFault);
      return runResult(labs, asked, context);
    }
    default:
      return unreachable(asked.action);
  }
}

function runResult(labs: readonly Lab[], asked: LabAsked, context: Context): Result {
  let exit: ExitCode = exitCodes.ok;
  const items = pushed<StreamItem>(async (push) => {
    const printer = asked.tap ? tapPrinter(push) : textPrinter(push);
    const results = await runLabs({
      labs,
      repeat: asked.repeat,
      jobs: asked.jobs,
      withoutFix: asked.withoutFix,
      keep: asked.keep,
      seed: context.chance.seed,
      signal: context.signal,
      root: context.root,
      invoke: (words, elsewhere) => context.invoke(words, { unattended: true, elsewhere }),
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

function againOf(lab: Lab, { dir, withoutFix }: LabAsked, seed: number): string {
  const words = [
    ...['replab', 'lab', 'run', dir === null ? lab.name : lab.file],
    ...(withoutFix ? ['--without-fix'] : []),
    ...['--seed', String(seed)],
  ];
  return words.map(quoteWord).join(' ');
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}
