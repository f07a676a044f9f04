import type { Lab } from './lab.ts';
import type { Step } from './lab-run.ts';
import { runLab, type LabResult, type RunOptions } from './run-lab.ts';

export type News =
  | { readonly type: 'begin'; readonly lab: Lab; readonly seed: number; readonly nth: number }
  | { readonly type: 'step'; readonly lab: Lab; readonly step: Step }
  | { readonly type: 'end'; readonly result: LabResult };

export interface RunsOptions extends Omit<RunOptions, 'again' | 'onStep'> {
  readonly labs: readonly Lab[];
  readonly repeat: number;
  /** So many at a time. With several, the steps of a lab are told together, when it has ended. */
  readonly jobs: number;
  againOf(lab: Lab): string;
  onNews(news: News): void;
}

/** Runs labs, each so many times; the same seed for all, so that each can be done again by itself. */
export async function runLabs(options: RunsOptions): Promise<readonly LabResult[]> {
  const { labs, repeat, jobs, signal, onNews } = options;
  const waiting = Array.from({ length: repeat }, (_, nth) => labs.map((lab) => ({ lab, nth }))).flat();
  const results: LabResult[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      const { lab, nth } = next;
      const held: News[] = [];
      const tell = jobs === 1 ? onNews : (news: News) => void held.push(news);
      tell({ type: 'begin', lab, seed: options.seed, nth });
      const result = await runLab(lab, {
        ...options,
        again: options.againOf(lab),
        onStep: (step) => tell({ type: 'step', lab, step }),
      });
      results.push(result);
      tell({ type: 'end', result });
      for (const news of held) onNews(news);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, work));
  return results;
}
