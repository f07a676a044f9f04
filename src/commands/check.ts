import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gunzip } from 'node:zlib';
import { isUtf8 } from 'node:buffer';
import { checkers } from '../checkers/checkers.ts';
import { kinds } from '../checkers/subject.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { ReplabError } from '../control/errors.ts';
import { historyFormats } from '../history/read-history.ts';
import type { Value } from '../history/value.ts';
import { nearest } from '../lib/nearest.ts';
import type { CheckReport, CheckRequest } from './check-report.ts';
import { checkText } from './check-text.ts';
import type { FromChecker } from './check-worker.ts';
import { defineCommand, type Context } from './command.ts';
import { someOf } from './completes.ts';
import { historyFile, historyWords } from './histories.ts';
import { completing, duration, oneOf, optional, text, UsageError } from './params.ts';

const exits = {
  valid: exitCodes.ok,
  violated: exitCodes.violated,
  unknown: exitCodes.inconclusive,
} as const satisfies Record<CheckReport['verdict'], number>;

export const check = defineCommand({
  name: 'check',
  summary:
    'check what a recorded history claims to be, such as linearizable: exit 0 valid, 1 violated, 2 not decided',
  notes: [
    'A history is what clients did and what they were told: operation maps as Jepsen writes them (JSON lines, a JSON array, or EDN; packed by gzip or not). One that is violated is shown by the few operations that contradict the claim.',
    `Claims: ${checkers.map(({ name }) => name).join(', ')}.`,
    'The id of a load, such as l1, is its history in the cluster, and `manual` that of single commands; a file of that name is ./l1. Without a name it is the only load’s there was.',
    'Without --as, those are checked that the workload is for, or of other histories all that fit what was done; those about which the history says too little are listed, and do not decide the exit code. A claim asked for by name does.',
    'A time budget that is used up ends in "unknown", never in a wrong answer.',
  ],
  args: {
    history: completing(
      historyWords,
      optional(
        'HISTORY',
        'a file, `-` for standard input, or a load’s id; the cluster’s only history when left out',
      ),
    ),
  },
  options: {
    as: completing(
      someOf(...checkers.map(({ name }) => name)),
      text('CLAIM,…', 'the claims to check', claimNames),
    ),
    model: oneOf('MODEL', `what a key is: ${kinds.join(', ')}`, ['guess', ...kinds], 'guess'),
    initial: text('JSON', 'what a register holds at first; null if nothing says otherwise', jsonText),
    budget: duration('how long each claim may take', 30_000),
    format: oneOf('FORMAT', historyFormats.join(', '), ['guess', ...historyFormats], 'guess'),
    export: text('FILE', 'write it as elle-cli reads it: EDN, list-append or rw-register'),
  },
  examples: [
    { run: 'replab check register.ndjson', does: 'every claim that fits' },
    {
      run: 'replab check register.ndjson --as linearizable',
      does: 'that one; exit 2 when it cannot be told',
    },
    {
      run: 'replab check append.edn --export elle.edn',
      does: 'a history of Jepsen’s; and once more, for elle-cli',
    },
  ],
  waitMs: ({ options }) => options.budget * checkers.length,
  async run(context, { args, options }) {
    const given = args.history === '-' ? '-' : historyFile(context, args.history);
    const file = given === '-' ? 'standard input' : given;
    const { report, exported } = await inThread(context, {
      file,
      text: await textOf(context, given),
      format: options.format === 'guess' ? null : options.format,
      kind: options.model === 'guess' ? null : options.model,
      initial: options.initial === null ? undefined : (JSON.parse(options.initial) as Value),
      claims: options.as === null ? null : namesIn(options.as),
      budgetMs: options.budget,
      exported: options.export !== null,
    });
    if (options.export !== null) await writeOut(options.export, exported!);
    return {
      kind: 'document',
      json: { schema: 'replab.check/1', ...report, exported: options.export },
      exit: exits[report.verdict],
      text: (style) => checkText(report, style),
    };
  },
});

function namesIn(given: string): readonly string[] {
  return given.split(',').map((name) => name.trim());
}

function claimNames(given: string): string {
  const names = checkers.map(({ name }) => name);
  const unknown = namesIn(given).find((name) => !names.includes(name));
  if (unknown === undefined) return given;
  const meant = nearest(unknown, names);
  throw new UsageError(
    `claims out of ${names.join(', ')}${meant === null ? '' : ` (did you mean ${meant}?)`}`,
  );
}

function jsonText(given: string): string {
  try {
    JSON.parse(given);
    return given;
  } catch {
    throw new UsageError('JSON, such as 0, null or "\\"\\""');
  }
}

/** Packed or not is seen from its first bytes, whatever it is called. */
async function textOf(context: Context, file: string): Promise<string> {
  const bytes = file === '-' ? await context.stdin() : await bytesOf(file);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = packed ? await unpack(bytes, file) : bytes;
  if (!isUtf8(plain)) throw usage(`${file} is no valid UTF-8; a history is text.`);
  if (plain.toString('utf8').trim() === '') throw usage(`${file} is empty; expected a history.`);
  return plain.toString('utf8');
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw usage(`${file} cannot be read: ${codeOf(error)}.`);
  }
}

async function unpack(bytes: Buffer, file: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw usage(`${file} cannot be unpacked: ${codeOf(error)}.`);
  }
}

async function writeOut(file: string, exported: string): Promise<void> {
  try {
    await writeFile(file, exported);
  } catch (error) {
    throw usage(`${file} cannot be written: ${codeOf(error)}.`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'check', message });
}

async function inThread(
  context: Context,
  request: CheckRequest,
): Promise<{ readonly report: CheckReport; readonly exported: string | null }> {
  const url = new URL(import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check.js', import.meta.url);
  const worker = new Worker(url, { name: 'check', workerData: request, execArgv: [] });
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromChecker, { type: 'done' }>>();
  worker.on('message', (message: FromChecker) => {
    if (message.type === 'progress') context.progress(message.line);
    else if (message.type === 'done') resolve(message);
    else
      reject(
        new ReplabError('bad-history', { file: request.file, line: message.line, detail: message.message }),
      );
  });
  worker.on('error', reject);
  const abort = (): void => reject(context.signal.reason);
  context.signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    context.signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
