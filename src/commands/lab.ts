import { defineCommand, labActions, type LabAction, type LabAsked } from './command.ts';
import { files, fixed, labWords } from './completes.ts';
import { ReplabError } from '../control/errors.ts';
import { completing, flag, integerOr, notOneOf, required, several, text } from './params.ts';

type Flag =
  | 'all'
  | 'coverage'
  | 'repeat'
  | 'jobs'
  | 'keep'
  | 'without-fix'
  | 'as-processes'
  | 'ci'
  | 'tap'
  | 'junit';

/** Options that mean something for one of them alone. */
const flagsOf: Readonly<Record<LabAction, readonly Flag[]>> = {
  list: ['coverage'],
  show: [],
  run: ['all', 'repeat', 'jobs', 'keep', 'without-fix', 'as-processes', 'ci', 'tap', 'junit'],
  step: ['keep'],
  new: [],
};

export const lab = defineCommand({
  name: 'lab',
  summary: 'chapters that run: an idea of replication as something you can watch happen, and check',
  notes: [
    '`list` says which there are, `show NAME` prints one, `step NAME` runs one command after the other as you press Enter, `new NAME` makes a file to begin with, `run NAME …` runs them: first the anomaly under the weak setting, then the mechanism, then the same again under the strong one. Each has a cluster of its own, in a state directory of its own, which is gone afterwards.',
    '`run` ends with 0 when everything that a lab expects is so; 1 when something is not; 2 when it cannot be told, since a fault hit no data, or a load was too thin; 3 when a lab cannot be run as it stands; of several labs with the worst. What happened is kept when a lab did not pass, or with --keep: events, logs of nodes, results, and the command that does it again.',
    'A lab is a Markdown file: labs/README.md says how one is written.',
  ],
  args: {
    action: completing(fixed(...labActions), required('ACTION', labActions.join(', '), actionOf)),
    names: completing(labWords, several('NAME', 'labs, by name or by file', false)),
  },
  options: {
    dir: completing(files, text('DIR', 'a folder of labs, in place of those that come with replab')),
    coverage: flag('list: each line of the notes, and the labs that show it'),
    all: flag('run: all of them'),
    repeat: integerOr('run: each lab so many times', 1, 10_000, 1),
    jobs: integerOr('run: so many labs at a time', 1, 64, 1),
    keep: flag('run, step: keep what happened, also when the lab passed'),
    'without-fix': flag('run: leave out the blocks marked fix; a lab must then fail, exit 1'),
    'as-processes': flag('run: each command as a process, as you would type it'),
    ci: flag('run: lines, on a terminal too'),
    tap: flag('run: TAP, the Test Anything Protocol'),
    junit: completing(files, text('FILE', 'run: write the results as JUnit XML as well')),
  },
  examples: [
    { run: 'replab lab list', does: 'which labs there are' },
    { run: 'replab lab show leader-follower', does: 'one, as it is written' },
    { run: 'replab lab run leader-follower --ci', does: 'run it through, a line for each step' },
    { run: 'replab lab step leader-follower < /dev/null', does: 'at a terminal: a command at each Enter' },
    { run: 'replab lab new my-lab', does: 'my-lab.md, a lab that runs and passes' },
    { run: 'replab lab list --coverage', does: 'what of the notes is shown, what is open' },
  ],
  ofOthers: true,
  unwindMs: 20_000,
  run(context, { args: { action, names }, options }) {
    const asked: LabAsked = {
      action,
      names,
      ...options,
      withoutFix: options['without-fix'],
      asProcesses: options['as-processes'],
    };
    checkAsked(asked, options);
    return Promise.resolve({ kind: 'lab', context, asked });
  },
});

function actionOf(word: string): LabAction {
  const action = labActions.find((one) => one === word);
  if (action === undefined) throw notOneOf(labActions);
  return action;
}

function checkAsked({ action, names, all }: LabAsked, options: Readonly<Record<Flag, unknown>>): void {
  const isGiven = (name: Flag): boolean => {
    const value = options[name];
    return value !== false && value !== null && value !== 1;
  };
  const given = (Object.keys(options) as Flag[]).filter((name) => isGiven(name));
  const wrong = given.find(
    (name) => Object.values(flagsOf).flat().includes(name) && !flagsOf[action].includes(name),
  );
  if (wrong !== undefined) throw usage(`--${wrong} is no option of \`lab ${action}\`.`);
  if (action === 'list' && names.length > 0) throw usage('`lab list` takes no names.');
  if (['show', 'step', 'new'].includes(action) && names.length !== 1)
    throw usage(`\`lab ${action}\` takes the name of one lab.`);
  if (action === 'run' && all && names.length > 0) throw usage('Name labs, or give --all, not both.');
  if (action === 'run' && !all && names.length === 0) throw usage('Which lab? Name some, or give --all.');
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'lab', message });
}
