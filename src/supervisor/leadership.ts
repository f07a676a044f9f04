import { errorOfOutcome, ReplabError } from '../control/errors.ts';
import type { Facts, Methods } from '../control/message.ts';
import { findMode } from '../protocol/modes.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { formatBallot, formatPosition, type Ballot } from '../protocol/position.ts';
import { aheadOf, nextBallotNumber } from '../protocol/promotion.ts';
import type { OperatorCommand } from '../protocol/protocol.ts';
import type { Outcome } from '../protocol/request.ts';
import type { EventLog } from './event-log.ts';
import { newestLeader } from './lag.ts';
import type { ManagedNode } from './node.ts';
import type { RecordFile } from './record-file.ts';
import { answersOf, type Answered, type Sampler } from './sampler.ts';

type Settings = Readonly<Record<string, string>>;

export interface Leadership {
  /** Makes a node lead, in an epoch above all that were ever seen (F9). */
  promote(node: NodeId, force: boolean, settings?: Settings): Promise<Methods['promote']['result']>;
  /** Changes live settings, through the newest leader's log. */
  set(settings: Settings): Promise<Methods['set']['result']>;
}

export interface LeadershipWorld {
  readonly cluster: string;
  readonly mode: string;
  readonly nodes: readonly ManagedNode[];
  readonly sampler: Sampler;
  readonly record: RecordFile;
  readonly events: EventLog;
}

const operateMs = 10_000;

export function createLeadership(world: LeadershipWorld): Leadership {
  const { cluster, nodes, sampler, record, events } = world;
  const ids = nodes.map(({ id }) => id);

  const find = (id: NodeId): ManagedNode => {
    const node = nodes.find((one) => one.id === id);
    if (node === undefined)
      throw new ReplabError('no-such-node', { cluster, node: id, nodes: ids.join(', ') });
    if (node.process === null) throw new ReplabError('node-down', { cluster, node: id, state: node.state });
    return node;
  };

  const operate = async (
    node: ManagedNode,
    command: OperatorCommand,
  ): Promise<Outcome & { readonly type: 'ok' }> => {
    const outcome = (await node.process?.operate(command, operateMs)) ?? null;
    const facts: Facts = { cluster, node: node.id };
    if (outcome === null) throw new ReplabError('no-answer', { ...facts, within: `${operateMs / 1000}s` });
    if (outcome.type === 'ok') return outcome;
    throw errorOfOutcome(outcome, facts)!;
  };

  return {
    async promote(id, force, settings) {
      const node = find(id);
      const answered = answersOf((await sampler.fresh()).reports);
      const own = answered.find((one) => one.id === id)?.status;
      if (own === undefined) throw new ReplabError('node-silent', { cluster, node: id, state: node.state });
      if (newestLeader(answered)?.id === id) {
        return { changed: false, event: events.last, node: id, epoch: formatBallot(own.epoch) };
      }
      if (!force) refuseIfBehind(cluster, id, answered);
      const ballot: Ballot = {
        number: nextBallotNumber(answered, record.now.highestBallot),
        disk: node.disk,
      };
      const epoch = formatBallot(ballot);
      // On disk before the node hears of it: a ballot whose fate is unknown is used up (P4).
      record.change({ highestBallot: ballot.number });
      const event = events.append(id, 'promote', { epoch, force });
      await operate(node, { kind: 'promote', ballot, ...(settings === undefined ? {} : { settings }) });
      return { changed: true, event, node: id, epoch };
    },

    async set(settings) {
      check(world, settings, ids);
      const leader = newestLeader(answersOf((await sampler.fresh()).reports));
      if (leader === null) throw new ReplabError('no-leader', { cluster });
      const before = leader.status.settings;
      if (Object.entries(settings).every(([name, value]) => before[name] === value)) {
        return {
          changed: false,
          event: events.last,
          settings: before,
          at: formatPosition(leader.status.received),
        };
      }
      const event = events.append(leader.id, 'set', settings);
      const { at } = await operate(find(leader.id), { kind: 'set', settings });
      return { changed: true, event, settings: { ...before, ...settings }, at: formatPosition(at) };
    },
  };
}

/** Behind a node that answers: what that one has beyond it would be lost although nobody is. */
function refuseIfBehind(cluster: string, id: NodeId, answered: readonly Answered[]): void {
  const own = answered.find((one) => one.id === id);
  const ahead = own === undefined ? null : aheadOf(own, answered);
  if (own === undefined || ahead === null) return;
  throw new ReplabError('behind', {
    cluster,
    node: id,
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
