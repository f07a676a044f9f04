import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import {
  killIdentity,
  stateOf,
  type ProcessIdentity,
  type ProcessState,
} from '../../control/process-identity.ts';
import { unreachable } from '../../lib/assert.ts';
import type { NodeConditions } from '../../faults/conditions.ts';
import type { FromNode, NodeInit, NodeReport, ToNode } from '../../node/ipc.ts';
import type { ConditionHits } from '../../faults/machine.ts';
import type { OperatorCommand, TraceEvent } from '../../protocol/protocol.ts';
import type { Outcome } from '../../protocol/request.ts';
import { BootError, type NodeExit, type NodeProcess, type NodeReady } from '../engine.ts';
import { continueTree, stopTree } from '../process-tree.ts';
import { lastWords } from '../log-tail.ts';
import { Pending } from './pending.ts';

export interface ReplabProcessOptions {
  readonly logFile: string;
  /** Where this process's part of the log begins. */
  readonly logStart: number;
  onTrace(events: readonly TraceEvent[]): void;
}

/** A stopped process answers nothing, and its channel must not fill up meanwhile. */
const maxUnansweredProbes = 4;
/** From the request to finish until SIGTERM, and from there until SIGKILL. */
const stopMs = 2500;

export class ReplabProcess implements NodeProcess {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<NodeExit>;
  readonly #child: ChildProcess;
  readonly #options: ReplabProcessOptions;
  #ready = Promise.withResolvers<NodeReady>();
  readonly #probes = new Pending<NodeReport>();
  readonly #operations = new Pending<Outcome>();
  readonly #conditions = new Pending<ConditionHits>();
  readonly #halts = new Pending<true>();
  #booted = false;
  #whyEnded: BootError | null = null;
  #fatal: (FromNode & { readonly type: 'fatal' }) | null = null;

  constructor(child: ChildProcess, identity: ProcessIdentity, options: ReplabProcessOptions) {
    this.identity = identity;
    this.#child = child;
    this.#options = options;
    child.on('message', (message) => this.#hear(message as FromNode));
    // Sending to a process that is ending fails; its exit says all there is to say.
    child.on('error', () => {});
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#onExit(code, signal)));
    });
    // Whoever asked for the boot hears of a failure; nobody else has to.
    this.#ready.promise.catch(() => {});
  }

  boot(init: NodeInit): Promise<NodeReady> {
    if (this.#booted) {
      this.#ready = Promise.withResolvers();
      this.#ready.promise.catch(() => {});
    }
    this.#booted = true;
    if (this.#whyEnded !== null) this.#ready.reject(this.#whyEnded);
    this.#send(init);
    return this.#ready.promise;
  }

  async probe(deadlineMs: number): Promise<NodeReport | null> {
    if (this.#ended) return null;
    const end = performance.now() + deadlineMs;
    if (this.#probes.size >= maxUnansweredProbes) await this.#probes.shrunk(deadlineMs);
    if (this.#probes.size >= maxUnansweredProbes) return null;
    const { id, answer } = this.#probes.open(end - performance.now());
    this.#send({ type: 'probe', id });
    return await answer;
  }

  silentSince(): number | null {
    return this.#probes.oldest;
  }

  operate(command: OperatorCommand, shard: number, deadlineMs: number): Promise<Outcome | null> {
    const { id, answer } = this.#operations.open(deadlineMs);
    this.#send({ type: 'operator', id, shard, command });
    return answer;
  }

  condition(conditions: NodeConditions, deadlineMs: number): Promise<ConditionHits | null> {
    const { id, answer } = this.#conditions.open(deadlineMs);
    this.#send({ type: 'conditions', id, conditions });
    return answer;
  }

  async halt(deadlineMs: number): Promise<boolean> {
    const { id, answer } = this.#halts.open(deadlineMs);
    this.#send({ type: 'halt', id });
    return (await answer) === true;
  }

  state(): ProcessState | null {
    return this.#ended ? null : stateOf(this.identity);
  }

  async stop(): Promise<void> {
    this.resume();
    this.#send({ type: 'stop' });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await this.#exitsWithin(stopMs)) return;
      this.#signal(signal);
    }
    await this.exited;
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  async pause(): Promise<void> {
    if (!this.#ended) await stopTree(this.identity);
  }

  resume(): void {
    if (!this.#ended) continueTree(this.identity);
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** A node that talks nonsense cannot be worked with, and must not take the supervisor along. */
  #hear(message: FromNode): void {
    try {
      this.#receive(message);
    } catch (error) {
      const said = JSON.stringify(message).slice(0, 200);
      this.#fatal = { type: 'fatal', message: `it said ${said}: ${String(error)}`, store: false };
      this.kill();
    }
  }

  #receive(message: FromNode): void {
    switch (message.type) {
      case 'loaded':
        return;
      case 'ready':
        return this.#ready.resolve(message);
      case 'report':
        return this.#probes.settle(message.id, message.report);
      case 'outcome':
        return this.#operations.settle(message.id, message.outcome);
      case 'settled':
        return this.#conditions.settle(message.id, message.hits);
      case 'halted':
        return this.#halts.settle(message.id, true);
      case 'trace':
        return this.#options.onTrace(message.events);
      case 'fatal':
        this.#fatal = message;
        return;
      default:
        unreachable(message);
    }
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): NodeExit {
    const spoke =
      code === 0 || signal === 'SIGKILL' ? null : lastWords(this.#options.logFile, this.#options.logStart);
    const reason = this.#fatal?.message ?? spoke;
    const why = reason ?? `it ended with ${signal ?? `code ${code}`}`;
    this.#whyEnded = new BootError(why, this.#fatal?.store ?? false);
    this.#ready.reject(this.#whyEnded);
    this.#probes.abandon();
    this.#operations.abandon();
    this.#conditions.abandon();
    this.#halts.abandon();
    return { code, signal, reason };
  }

  #send(message: ToNode): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.#ended) killIdentity(this.identity, signal);
  }

  #exitsWithin(ms: number): Promise<boolean> {
    return Promise.race([this.exited.then(() => true), wait(ms, false, { ref: false })]);
  }
}
