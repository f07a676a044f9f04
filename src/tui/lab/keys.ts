import type { Effect, LabModel, Phase } from './model.ts';

/** A key, or several that do the same. The footer and dispatch are made from these rows. */
export interface LabKey {
  readonly keys: readonly string[];
  /** In the footer, where it applies and there is room; the first rows go last. */
  readonly footer: string;
  /** As the footer calls it, when that is not the key itself. */
  label?(model: LabModel): string;
  applies(model: LabModel): boolean;
  press(model: LabModel): Effect | null;
}

const letters = ['a', 'b', 'c', 'd'];

const isOpen = ({ phase, state, chapter }: LabModel): boolean =>
  phase === 'predict' && chapter.question !== null && state.reached === 'predict';

const scrolled =
  (by: (room: number) => number) =>
  (model: LabModel): null => {
    const from = model.scroll ?? model.scrollMax;
    const to = Math.min(model.scrollMax, Math.max(0, from + by(Math.max(1, model.size.rows - 6))));
    model.scroll = to === model.scrollMax && model.phase === 'run' ? null : to;
    return null;
  };

const always = (): boolean => true;

/** In the order of the footer. */
export const labKeys: readonly LabKey[] = [
  {
    keys: ['enter'],
    footer: 'next',
    label: () => 'Enter',
    applies: ({ state, phase }) => !(phase === 'run' && (state.playing || state.seen?.verdict !== 'passed')),
    press: next,
  },
  ...letters.map((letter, i): LabKey => ({
    keys: [letter],
    footer: i === 0 ? 'answer' : '',
    label: ({ chapter }) => `a-${letters[(chapter.question?.answers.length ?? 1) - 1]!}`,
    applies: (model) => isOpen(model) && i < model.chapter.question!.answers.length,
    press(model) {
      model.change({ choice: i, skipped: false });
      return null;
    },
  })),
  {
    keys: ['s'],
    footer: 'skip',
    applies: isOpen,
    press(model) {
      model.change({ choice: null, skipped: true });
      return next(model);
    },
  },
  {
    keys: ['h'],
    footer: 'hint',
    applies: ({ phase, state, hints }) => phase === 'predict' && state.hints < hints.length,
    press(model) {
      model.change({ hints: model.state.hints + 1 });
      model.scroll = Number.MAX_SAFE_INTEGER;
      return null;
    },
  },
  { keys: ['b', 'left', 'backspace'], footer: 'back', applies: canGoBack, press: back },
  {
    keys: ['r'],
    footer: 'redo',
    applies: ({ state }) => !state.playing && state.reached !== 'predict',
    press: () => 'play',
  },
  { keys: ['down', 'j'], footer: '', applies: always, press: scrolled(() => 1) },
  { keys: ['up', 'k'], footer: '', applies: always, press: scrolled(() => -1) },
  { keys: ['pagedown', 'space'], footer: '', applies: always, press: scrolled((room) => room) },
  { keys: ['pageup'], footer: '', applies: always, press: scrolled((room) => -room) },
  { keys: ['q'], footer: 'leave', applies: always, press: () => 'leave' },
  { keys: ['ctrl-c'], footer: '', applies: always, press: () => 'interrupt' },
  { keys: ['ctrl-z'], footer: '', applies: always, press: () => 'suspend' },
  { keys: ['ctrl-l'], footer: '', applies: always, press: () => 'redraw' },
];

/** The first that applies: `b` is an answer while a question is open. */
export function keyFor(model: LabModel, name: string): LabKey | null {
  return labKeys.find((key) => key.keys.includes(name) && key.applies(model)) ?? null;
}

/** A prediction must be made, or skipped, before the run. */
function next(model: LabModel): Effect | null {
  const { phase, state, chapter, isLast, at } = model;
  switch (phase) {
    case 'predict':
      if (state.reached !== 'predict') model.show('run');
      else if (chapter.question === null || state.choice !== null || state.skipped) return 'play';
      return null;
    case 'run':
      model.show('observe');
      return null;
    case 'observe':
      model.show('explain');
      return null;
    case 'explain':
      if (isLast) return 'leave';
      model.goTo(at + 1, 'predict');
      return null;
  }
}

const before: Readonly<Record<Phase, Phase | null>> = {
  predict: null,
  run: 'predict',
  observe: 'run',
  explain: 'observe',
};

function canGoBack({ phase, at, state }: LabModel): boolean {
  return !state.playing && (phase !== 'predict' || at > 0);
}

function back(model: LabModel): null {
  const { phase, at } = model;
  const earlier = before[phase];
  if (earlier !== null) model.show(earlier);
  else model.goTo(at - 1, 'predict');
  return null;
}
