import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { markOf, readRecord, type ClusterRecord } from '../../src/control/cluster-record.ts';
import {
  killIdentity,
  listMarked,
  waitGone,
  type ProcessIdentity,
} from '../../src/control/process-identity.ts';
import { clusterDir } from '../../src/control/state-dir.ts';
import type { Rng } from '../../src/lib/rng.ts';
import { audit } from './audit.ts';
import { disturb } from './disturb.ts';
import { errorCode, type Ran, type SoakShell } from './shell.ts';
import type { Tally } from './tally.ts';
import { Writers } from './writers.ts';

/** How long a cluster may take to come back; the machine may be busy with much else. */
const recoverMs = 180_000;
const killsOfALife = 40;

/** A cluster from its first `up` to its last `down`, killed in all its parts in between, under load. */
export class Life {
  readonly name: string;
  readonly rng: Rng;
  readonly dir: string;
  readonly nodes: readonly string[];
  /** A node was promoted that others were ahead of: acknowledged writes may have been given up. */
  forced = false;
  readonly #shell: SoakShell;
  readonly #tally: Tally;
  readonly #upArgs: readonly string[];
  readonly #marks = new Set<string>();
  /** What a command took when it was left alone: instants to kill at are drawn from it. */
  readonly #tookMs = new Map<string, number>();

  constructor(name: string, rng: Rng, shell: SoakShell, tally: Tally) {
    this.name = name;
    this.rng = rng;
    this.dir = clusterDir(shell.root, name);
    this.#shell = shell;
    this.#tally = tally;
    const count = rng.between(1, 4);
    this.nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const sync = rng.pick(['none', 'majority', 'all', ...(count > 1 ? ['1'] : [])]);
    this.#upArgs = ['--nodes', String(count), '--sync', sync, '--write-timeout', '2s'];
  }

  async live(): Promise<void> {
    await this.recover();
    const writers = new Writers(this.dir, 2);
    const before = this.#tally.kills;
    try {
      while (!this.#tally.isReached && this.#tally.kills - before < killsOfALife) {
        await disturb(this);
        await this.recover();
        await wait(this.rng.below(300));
      }
      await this.recover();
    } finally {
      await writers.stop();
    }
    this.#tally.acknowledged += writers.acknowledged.size;
    this.#tally.unknown += writers.unknown;
    this.#tally.refused += writers.refused;
    if (this.#tally.problems.length === 0) await this.#end(writers);
    this.#tally.lives += 1;
  }

  /** As it would be typed, to its end. */
  async run(command: string, ...args: readonly string[]): Promise<Ran> {
    const begun = performance.now();
    const ran = await this.#shell.run(command, '-c', this.name, ...args);
    if (ran.exit === 0) this.#tookMs.set(command, performance.now() - begun);
    return ran;
  }

  /** A command that is killed at some instant of the time it usually takes; maybe it was done before. */
  async runKilled(command: string, ...args: readonly string[]): Promise<void> {
    const { child, ended } = this.#shell.start([command, '-c', this.name, ...args]);
    await wait(this.instantOf(command));
    if (child.exitCode === null && child.kill('SIGKILL')) this.#tally.killed(`CLI in ${command}`);
    await ended;
  }

  instantOf(command: string): number {
    return this.rng.next() * (this.#tookMs.get(command) ?? 600);
  }

  up(): Promise<Ran> {
    return this.run('up', ...this.#upArgs);
  }

  upKilled(): Promise<void> {
    return this.runKilled('up', ...this.#upArgs);
  }

  record(): ClusterRecord | null {
    const read = readRecord(this.dir);
    if (read.type === 'corrupt') this.problem(`its record is damaged: ${read.reason}`);
    if (read.type !== 'record') return null;
    this.#marks.add(markOf(read.record.token));
    return read.record;
  }

  kill(identity: ProcessIdentity | null | undefined, kind: string): void {
    if (identity && killIdentity(identity, 'SIGKILL')) this.#tally.killed(kind);
  }

  /** The supervisor, as it is now; looks that nothing of it survives, whatever it was doing. */
  async killSupervisor(when: string): Promise<void> {
    const record = this.record();
    if (record === null) return;
    const nodes = record.nodes.flatMap(({ process }) => process ?? []);
    this.kill(record.supervisor, `supervisor ${when}`);
    await waitGone([record.supervisor], 5000);
    const left = await waitGone([...nodes, ...listMarked(markOf(record.token))], 5000);
    // Another supervisor may have come up meanwhile, and these be its nodes.
    const now = this.record();
    if (left.length > 0 && now?.supervisor.startTime === record.supervisor.startTime)
      this.problem(`nodes outlive their supervisor: ${left.map(({ pid }) => pid).join(', ')}`);
  }

  promoted(): void {
    this.forced = true;
    this.#tally.promotions += 1;
  }

  problem(what: string): void {
    this.#tally.problems.push(`${this.name}: ${what}`);
  }

  async snapshot(): Promise<Snapshot | null> {
    const ran = await this.run('status');
    return ran.exit === 0 ? (JSON.parse(ran.stdout) as Snapshot) : null;
  }

  /** Up, whole, every node running, one leader: by commands alone, as a user would. */
  async recover(): Promise<void> {
    const end = performance.now() + recoverMs;
    let last: Ran | null = null;
    const step = async (ran: Promise<Ran>): Promise<boolean> => {
      last = await ran;
      return last.exit === 0;
    };
    while (performance.now() < end) {
      const isUp = (await step(this.up())) || errorCode(last!) === 'cluster-exists';
      this.record();
      if (
        isUp &&
        (await step(this.run('heal'))) &&
        (await step(this.run('start', 'all'))) &&
        (await step(this.run('resume', 'all'))) &&
        (await this.#hasLeader())
      )
        return;
      await wait(50);
    }
    this.problem(`did not come back: ${JSON.stringify(last)}`);
  }

  async #hasLeader(): Promise<boolean> {
    const shot = await this.snapshot();
    if (shot === null || shot.phase !== 'ready') return false;
    if (shot.leaders.length > 0) return true;
    // Only the one that nobody is ahead of is taken.
    for (const node of this.nodes) if ((await this.run('promote', node)).exit === 0) return true;
    return false;
  }

  async #end({ acknowledged }: Writers): Promise<void> {
    const converged = await this.run('wait', 'converged', '--timeout', '120s');
    if (converged.exit !== 0) return this.problem(`does not converge: ${JSON.stringify(converged)}`);
    if (this.rng.chance(0.5)) await this.runKilled('down', '--keep');
    for (let tries = 0; this.record()?.phase !== 'kept' && tries < 100; tries += 1) {
      await this.run('down', '--keep');
    }
    const record = this.record();
    if (record === null) return this.problem('is not there any more');
    const { problems, discarded } = audit(this.dir, record, acknowledged, this.forced);
    for (const problem of problems) this.problem(problem);
    this.#tally.discarded += discarded;
    if (this.rng.chance(0.5)) await this.runKilled('down');
    const down = await this.run('down');
    if (existsSync(this.dir)) this.problem(`is still there after down: ${JSON.stringify(down)}`);
    for (const mark of this.#marks) {
      const left = listMarked(mark);
      if (left.length > 0) this.problem(`left running: ${left.map(({ pid }) => pid).join(', ')}`);
    }
  }
}
