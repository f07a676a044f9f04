/**
 * The node process. It is told what it is over the IPC channel of the process that started it, and ends when
 * that channel closes: a node never outlives its supervisor.
 */
import { createHash } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { unreachable } from '../lib/assert.ts';

import { findMode } from '../protocol/modes.ts';
import type { TraceEvent } from '../protocol/protocol.ts';
import { openDisk } from '../store/open.ts';
import { StoreError } from '../store/store-error.ts';
import type { FromNode, NodeInit, ToNode } from './ipc.ts';
import { Machine } from './machine.ts';
import { RunningNode } from './node.ts';

/** Trace messages on their way to a supervisor that does not read; beyond these they are let go. */
const mostTraces = 1000;
/** How long a last message may take to leave. */
const lastWordMs = 200;
const internalError = 70;

const machine = new Machine();
let node: RunningNode | null = null;
let begun = false;
let tracesOnTheirWay = 0;
/** Probes that came while there was no node to tell of. */
const unanswered: number[] = [];

function tell(message: FromNode, then: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) then();
  else process.send(message, then);
}

function trace(events: readonly TraceEvent[]): boolean {
  if (tracesOnTheirWay >= mostTraces) return false;
  tracesOnTheirWay += 1;
  tell({ type: 'trace', events }, () => {
    tracesOnTheirWay -= 1;
  });
  return true;
}

/** One sentence for people over the channel, the rest for the log file. */
function die(failure: unknown): void {
  const message = failure instanceof Error ? failure.message : String(failure);
  process.stderr.write(`${failure instanceof Error ? (failure.stack ?? message) : message}\n`);
  process.exitCode = internalError;
  tell({ type: 'fatal', message, store: failure instanceof StoreError }, () => process.exit(internalError));
  setTimeout(() => process.exit(internalError), lastWordMs);
}

/** Tells clusters apart in their data, those of one name too, and opens nothing. */
function nameOf(token: string): string {
  return createHash('sha256').update(`replab store ${token}`).digest('hex').slice(0, 16);
}

async function begin(init: NodeInit): Promise<void> {
  const mode = findMode(init.mode);
  if (mode === null) throw new Error(`no mode is named ${init.mode}`);
  const { dir, token, disk, shards, durability, conditions } = init;
  machine.apply(conditions);
  const stores = openDisk({
    dir,
    cluster: nameOf(token),
    disk,
    shards,
    durability,
    state: machine.disk,
  });
  const starting = new RunningNode(init, { stores, mode, machine, onTrace: trace });
  const opened = await starting.start();
  node = starting;
  tell({ type: 'ready', ...opened }, () => flushCompileCache());
  for (const id of unanswered.splice(0)) report(id);
}

function report(id: number): void {
  if (node === null) unanswered.push(id);
  else tell({ type: 'report', id, report: node.report() });
}

function halt(id: number): void {
  node?.halt();
  node = null;
  begun = false;
  tell({ type: 'halted', id });
}

function operate({ id, shard, command }: ToNode & { readonly type: 'operator' }): void {
  node?.operate(command, (outcome) => tell({ type: 'outcome', id, outcome }), shard);
}

async function stop(): Promise<void> {
  await node?.stop();
  process.exit(0);
}

function receive(message: ToNode): void {
  switch (message.type) {
    case 'init':
      if (begun) return;
      begun = true;
      begin(message).catch(die);
      break;
    case 'probe':
      report(message.id);
      break;
    case 'halt':
      halt(message.id);
      break;
    case 'operator':
      operate(message);
      break;
    case 'conditions': {
      const { hits } = machine;
      machine.apply(message.conditions);
      tell({ type: 'settled', id: message.id, hits });
      break;
    }
    case 'stop':
      stop().catch(die);
      break;
    default:
      unreachable(message);
  }
}

// Its log may be on a disk that is full: what cannot be written there is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.on('uncaughtException', die);
process.on('unhandledRejection', die);
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => void stop().catch(die));
// A terminal sends these to the whole group; what they mean for a cluster is the supervisor's to say.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('message', receive);
tell({ type: 'loaded' });
