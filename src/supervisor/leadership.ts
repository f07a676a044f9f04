import { errorOfOutcome, ReplabError } from '../control/errors.ts';
import type { Facts, Methods } from '../control/message.ts';
import { findMode } from '../protocol/modes.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { formatBallot, formatPosition, type Ballot } from '../protocol/position.ts';
import { aheadOf, nextBallotNumber } from '../protocol/promotion.ts';
import type { OperatorCommand } from '../protocol/protocol.ts';
import { shardsOf } from '../protocol/shard.ts';
import type { Outcome } from '../protocol/request.ts';
import type { EventLog } from './event-log.ts';
import { newestLeader } from './lag.ts';
import type { ManagedNode } from './node.ts';
import type { RecordFile } from './record-file.ts';
import { answersOf, type Answered, type Sampler } from './sampler.ts';

type Settings = Readonly<Record<string, string>>;

export interface Leadership {
  /** Makes a node lead a shard, in an epoch above all that were ever seen (F9). */
  promote(what: Methods['promote']['params'], settings?: Settings): Promise<Methods['promote']['result']>;
  /** Changes live settings, through the log of each shard's newest leader. */
  set(settings: Settings): Promise<Methods['set']['result']>;
}

export interface LeadershipWorld {
  readonly cluster: string;
  readonly mode: string;
  readonly shards: number;
  readonly nodes: readonly ManagedNode[];
  readonly sampler: Sampler;
  readonly record: RecordFile;
  readonly events: EventLog;
}

const operateMs = 10_000;

export function createLeadership(world: LeadershipWorld): Leadership {
  return {
    promote: (what, settings) => promote(world, what, settings),
    set: (settings) => set(world, settings),
  };
}

async function promote(
  world: LeadershipWorld,
  { node: id, shard = 0, force }: Methods['promote']['params'],
  settings: Settings | undefined,
): Promise<Methods['promote']['result']> {
  const { cluster, shards, sampler, record, events } = world;
  if (!shardsOf(shards).includes(shard)) throw new ReplabError('no-such-shard', { cluster, shard, shards });
  const node = find(world, id);
  const answered = answersOf((await sampler.fresh()).reports, shard);
  const own = answered.find((one) => one.id === id)?.status;
  if (own === undefined) throw new ReplabError('node-silent', { cluster, node: id, state: node.state });
  if (newestLeader(answered)?.id === id) {
    return { changed: false, event: events.last, node: id, shard, epoch: formatBallot(own.epoch) };
  }
  const facts = ofShard(world, shard);
  if (!force) refuseIfBehind({ cluster, node: id, ...facts }, answered);
  const ballot: Ballot = {
    number: nextBallotNumber(answered, record.now.highestBallot),
    disk: node.disk,
  };
  const epoch = formatBallot(ballot);
  // On disk before the node hears of it: a ballot whose fate is unknown is used up (P4).
  record.change({ highestBallot: ballot.number });
  const event = events.append(id, 'promote', { epoch, force, ...facts });
  const command = { kind: 'promote', ballot, ...(settings === undefined ? {} : { settings }) } as const;
  await operate(world, node, shard, command);
  return { changed: true, event, node: id, shard, epoch };
}

async function set(world: LeadershipWorld, settings: Settings): Promise<Methods['set']['result']> {
  const { cluster, shards, nodes, sampler, events } = world;
  check(
    world,
    settings,
    nodes.map(({ id }) => id),
  );
  const { reports } = await sampler.fresh();
  const leaders = shardsOf(shards).map((shard) => {
    const leader = newestLeader(answersOf(reports, shard));
    if (leader === null) throw new ReplabError('no-leader', { cluster, ...ofShard(world, shard) });
    return { ...leader, shard };
  });
  const before = leaders[0]!.status.settings;
  const differing = leaders.filter(({ status }) => !holds(status.settings, settings));
  const caused = differing.map(({ id, shard }) =>
    events.append(id, 'set', { ...settings, ...ofShard(world, shard) }),
  );
  const positions = await Promise.all(
    leaders.map(async (leader) => {
      if (!differing.includes(leader)) return formatPosition(leader.status.received);
      const node = find(world, leader.id);
      const { at } = await operate(world, node, leader.shard, { kind: 'set', settings });
      return formatPosition(at);
    }),
  );
  return {
    changed: differing.length > 0,
    event: caused[0] ?? events.last,
    settings: { ...before, ...settings },
    at: positions[0]!,
    positions,
  };
}

/** For facts and events: where there is one shard, nobody has to hear of it. */
function ofShard({ shards }: LeadershipWorld, shard: number): { readonly shard?: number } {
  return shards === 1 ? {} : { shard };
}

function find({ cluster, nodes }: LeadershipWorld, id: NodeId): ManagedNode {
  const node = nodes.find((one) => one.id === id);
  if (node === undefined) {
    const ids = nodes.map((one) => one.id);
    throw new ReplabError('no-such-node', { cluster, node: id, nodes: ids.join(', ') });
  }
  if (node.process === null) throw new ReplabError('node-down', { cluster, node: id, state: node.state });
  return node;
}

async function operate(
  { cluster }: LeadershipWorld,
  node: ManagedNode,
  shard: number,
  command: OperatorCommand,
): Promise<Outcome & { readonly type: 'ok' }> {
  const outcome = (await node.process?.operate(command, shard, operateMs)) ?? null;
  const facts: Facts = { cluster, node: node.id };
  if (outcome === null) throw new ReplabError('no-answer', { ...facts, within: `${operateMs / 1000}s` });
  if (outcome.type === 'ok') return outcome;
  throw errorOfOutcome(outcome, facts)!;
}

function holds(inForce: Settings, settings: Settings): boolean {
  return Object.entries(settings).every(([name, value]) => inForce[name] === value);
}

/** Behind a node that answers: what that one has beyond it would be lost although nobody is. */
function refuseIfBehind(facts: Facts & { readonly node: NodeId }, answered: readonly Answered[]): void {
  const own = answered.find((one) => one.id === facts.node);
  const ahead = own === undefined ? null : aheadOf(own, answered);
  if (own === undefined || ahead === null) return;
  throw new ReplabError('behind', {
    ...facts,
    ahead: ahead.id,
    position: formatPosition(own.status.received),
    aheadPosition: formatPosition(ahead.status.received),
  });
}

function check(world: LeadershipWorld, settings: Settings, members: readonly NodeId[]): void {
  const live = findMode(world.mode)?.options.filter((option) => option.live) ?? [];
  for (const [name, value] of Object.entries(settings)) {
    const option = findMode(world.mode)?.options.find((one) => one.name === name);
    const facts: Facts = {
      cluster: world.cluster,
      name,
      value,
      names: live.map((one) => one.name).join(', '),
    };
    if (option === undefined) throw new ReplabError('bad-setting', facts);
    if (!option.live) throw new ReplabError('setting-fixed', facts);
    const expected = option.check(value, members);
    if (expected !== null) throw new ReplabError('bad-setting', { ...facts, detail: `Expected ${expected}` });
  }
}
