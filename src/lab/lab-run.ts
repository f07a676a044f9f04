import type { Elsewhere, Invoked } from '../commands/command.ts';
import { openCluster } from '../client/cluster-connection.ts';
import { ExpressionError } from '../client/expectation/ast.ts';
import { compileExpectation, type Beside } from '../client/expectation/expectation.ts';
import { valueOf } from '../client/expectation/value-of.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { readSaved } from '../control/saved-results.ts';
import { clusterDir } from '../control/state-dir.ts';
import { splitWords } from '../lib/shell-words.ts';
import { FaultWatch } from './fault-watch.ts';
import type { BlockMark, CommandLine, Lab, Question } from './lab.ts';
import { mistake } from './mistake.ts';
import { fill } from './placeholders.ts';
import { makeRunDir, type RunDir } from './run-dir.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Runs a command line of a lab: in this process, or as a process of its own. */
export type Invoke = (words: readonly string[], where: Elsewhere) => Promise<Invoked>;

export interface RunSettings {
  readonly invoke: Invoke;
  /** The user's state directory: runs have theirs below it. */
  readonly root: string;
  readonly seed: number;
  /** The command line that does it again. */
  readonly again: string;
}

/** What came of one thing that a lab does or asks. */
export interface Step {
  readonly kind: 'command' | 'question' | 'fault';
  readonly line: number;
  readonly text: string;
  readonly mark: BlockMark | null;
  readonly verdict: Verdict;
  readonly exit: number | null;
  /** The event it caused. */
  readonly event: number | null;
  readonly ms: number;
  /** What it printed; of what did not pass, why. */
  readonly said: string;
  readonly document: object | null;
}

export interface Judged {
  /** Which answers the run makes right: exactly one, or the question is not answered by it. */
  readonly right: readonly number[];
  readonly step: Step;
}

/** One lab on a cluster of its own. Commands are run in order; `close` leaves nothing behind. */
export class LabRun {
  readonly lab: Lab;
  readonly place: RunDir;
  readonly #settings: RunSettings;
  readonly #faults = new FaultWatch();
  #saved: Beside = {};
  #last: object | null = null;

  constructor(lab: Lab, settings: RunSettings) {
    const { root, seed, again } = settings;
    this.lab = lab;
    this.#settings = settings;
    this.place = makeRunDir(root, lab, { lab: lab.name, file: lab.file, seed, again });
  }

  async command(line: CommandLine, mark: BlockMark): Promise<Step> {
    if (this.#faults.mustLookBefore(line)) await this.#lookAtFaults();
    const began = performance.now();
    const invoked = await this.#invoke(line.words);
    const ms = Math.round(performance.now() - began);
    this.#last = invoked.document;
    this.#faults.note(line, invoked.document);
    this.#keepSaved();
    return {
      kind: 'command',
      line: line.line,
      text: line.text,
      mark,
      verdict: isThin(invoked.document) ? 'inconclusive' : verdictOf(invoked.exit, line.negated),
      exit: invoked.exit,
      event: eventOf(invoked.document),
      ms,
      said: [invoked.out.trimEnd(), invoked.err.trimEnd()].filter((text) => text !== '').join('\n'),
      document: invoked.document,
    };
  }

  /** A line of the reader's own, on the same cluster. */
  async typed(line: string): Promise<Invoked> {
    const split = splitWords(line);
    if (split.type !== 'words')
      return { exit: exitCodes.usage, out: '', err: 'This is not one command line.', document: null };
    const words = split.words.map(({ text }) => text);
    return await this.#invoke(words[0] === 'replab' ? words.slice(1) : words);
  }

  /** Which answer the run has made right by now. */
  async judge({ text, answers }: Question): Promise<Judged> {
    const began = performance.now();
    const snapshot = await this.snapshot();
    const beside = this.#beside();
    const right: number[] = [];
    for (const [i, { expression, line }] of answers.entries()) {
      const { truth } = await this.#checked(line, () =>
        compileExpectation(expression, beside, snapshot !== null).judge(snapshot),
      );
      if (truth === true) right.push(i);
    }
    const step: Step = {
      kind: 'question',
      line: answers[0]!.line,
      text,
      mark: null,
      verdict: right.length === 1 ? 'passed' : 'failed',
      exit: null,
      event: null,
      ms: Math.round(performance.now() - began),
      said:
        right.length === 1
          ? answers[right[0]!]!.text
          : `The run makes ${right.length} of the ${answers.length} answers right; expected exactly one.`,
      document: null,
    };
    return { right, step };
  }

  /** Prose with its placeholders filled from this run. */
  async fill(markdown: string, line: number): Promise<string> {
    if (!markdown.includes('{{')) return markdown;
    const snapshot = await this.snapshot();
    const beside = this.#beside();
    return await fill(markdown, (expression) =>
      this.#checked(line, () => valueOf(expression, snapshot, beside)),
    );
  }

  /** Faults of the lab that hit nothing with data in it, each as a step that cannot pass. */
  async missedFaults(): Promise<readonly Step[]> {
    if (this.#faults.missed().length > 0) await this.#lookAtFaults();
    return this.#faults.missed().map(({ id, text, line }) => ({
      kind: 'fault',
      line,
      text,
      mark: null,
      verdict: 'inconclusive',
      exit: null,
      event: null,
      ms: 0,
      said: `${id} (${text}) hit nothing with data in it: what was seen proves nothing.`,
      document: null,
    }));
  }

  /** Takes the cluster down. Answers where what happened is kept, and what is wrong with that. */
  async close(keep: boolean): Promise<{ readonly dir: string | null; readonly left: string | null }> {
    if (keep) this.place.collect();
    const down = await this.#invoke(['down']);
    const isDown = down.exit === exitCodes.ok || down.exit === exitCodes.notFound;
    if (!isDown) return { dir: this.place.dir, left: down.err.trimEnd() };
    if (keep) this.place.keep();
    else this.place.remove();
    return { dir: keep ? this.place.dir : null, left: null };
  }

  #invoke(words: readonly string[]): Promise<Invoked> {
    const { invoke, seed } = this.#settings;
    const { cluster, root } = this.place;
    const named = ['-q', '-c', cluster, '--seed', String(seed), ...words];
    return invoke(named, { root, last: this.#last, bound: true });
  }

  /** Results outlast the cluster they were kept with: a lab may take it down and ask about them afterwards. */
  #keepSaved(): void {
    this.#saved = { ...this.#saved, ...readSaved(clusterDir(this.place.root, this.place.cluster)) };
  }

  #beside(): Beside {
    return { ...this.#saved, ...(this.#last === null ? {} : { last: this.#last }) };
  }

  /** Null when the cluster is not up. */
  async snapshot(): Promise<Snapshot | null> {
    try {
      const cluster = await openCluster({ name: this.place.cluster, root: this.place.root });
      return await cluster.freshSnapshot().finally(() => cluster.close());
    } catch (error) {
      if (error instanceof ReplabError) return null;
      throw error;
    }
  }

  async #lookAtFaults(): Promise<void> {
    const snapshot = await this.snapshot();
    for (const fault of snapshot?.faults ?? []) this.#faults.see(fault);
    const { document } = await this.#invoke(['events', '--name', 'expired']);
    const { items = [] } = (document ?? {}) as {
      readonly items?: readonly { readonly fields: { readonly ids?: string; readonly unhit?: string } }[];
    };
    for (const { fields } of items) {
      this.#faults.expired(fields.ids?.split(' ') ?? [], fields.unhit?.split(' ') ?? []);
    }
  }

  async #checked<T>(line: number, judge: () => Promise<T>): Promise<T> {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw mistake(this.lab.file, line, `${error.message}.`);
    }
  }
}

/** A load that did less than its `--min` says is needed. */
function isThin(document: object | null): boolean {
  return document !== null && 'thin' in document && document.thin === true;
}

/** Of what changed something; `up` always does. */
function eventOf(document: object | null): number | null {
  const { event, changed, schema } = (document ?? {}) as Readonly<Record<string, unknown>>;
  return typeof event === 'number' && (changed === true || schema === 'replab.up/1') ? event : null;
}
