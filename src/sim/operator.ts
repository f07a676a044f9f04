import type { Rng } from '../lib/rng.ts';
import { diskName, type NodeId } from '../protocol/node-id.ts';
import { formatBallot, samePosition, type Ballot } from '../protocol/position.ts';
import { aheadOf, furthestOf, nextBallotNumber } from '../protocol/promotion.ts';
import type { OperatorCommand, ReplicaStatus } from '../protocol/protocol.ts';
import type { Outcome } from '../protocol/request.ts';
import type { SimNode } from './node.ts';
import { drawMs, type Range } from './scheduler.ts';
import type { Promotion } from './survival.ts';
import type { World } from './world.ts';

const controlMs: Range = [1, 25];
const answerWithinMs = 3000;

interface Answering {
  readonly node: SimNode;
  readonly status: ReplicaStatus;
}

/**
 * The supervisor and its operator: probes and commands go over the control channel, which no fault touches;
 * only nodes that are down, paused or recovering do not answer. One command at a time.
 */
export class Operator {
  /** Told of every promotion at the instant of its probes. */
  onPromoting: (promotion: Promotion) => void = () => {};
  readonly #world: World;
  readonly #rng: Rng;
  #busy = false;
  #highestNumber = 0;
  #remembers: boolean;

  constructor(world: World, remembers: boolean) {
    this.#world = world;
    this.#rng = world.rng.fork('operator');
    this.#remembers = remembers;
  }

  get busy(): boolean {
    return this.#busy;
  }

  answering(): readonly Answering[] {
    return [...this.#world.nodes.values()].flatMap((node) =>
      node.state === 'up' && node.status !== null ? [{ node, status: node.status }] : [],
    );
  }

  leaders(): readonly NodeId[] {
    return this.answering()
      .filter(({ status }) => status.role === 'leader')
      .map(({ node }) => node.id);
  }

  /** F9: the best candidate, or `to`; a node behind another one that answers is refused, unless forced. */
  promote(to: NodeId | null, force: boolean, settings?: Readonly<Record<string, string>>): void {
    const answering = this.answering();
    const chosen = to === null ? best(answering) : (answering.find(({ node }) => node.id === to) ?? null);
    if (this.#busy || chosen === null) return;
    const behind = aheadOf(chosen, answering) !== null;
    if (behind && !force) return;
    const { node } = chosen;
    const number = nextBallotNumber(answering, this.#remembers ? this.#highestNumber : 0);
    this.#highestNumber = Math.max(this.#highestNumber, number);
    const ballot: Ballot = { number, disk: node.disk };
    this.#world.note(
      `promote ${node.id} as ${formatBallot(ballot)}${behind ? ', behind another, by force' : ''}`,
    );
    this.onPromoting({
      ballot,
      node: node.id,
      answering: answering.map((one) => one.node.id),
      forced: behind,
    });
    this.#command(node, { kind: 'promote', ballot, ...(settings === undefined ? {} : { settings }) });
  }

  set(settings: Readonly<Record<string, string>>): void {
    const leader = this.answering().findLast(({ status }) => status.role === 'leader');
    if (this.#busy || leader === undefined) return;
    const text = Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    this.#world.note(`set ${text} on ${leader.node.id} (${diskName(leader.node.disk)})`);
    this.#command(leader.node, { kind: 'set', settings });
  }

  #command(node: SimNode, command: OperatorCommand): void {
    this.#busy = true;
    let open = true;
    const done = (outcome: Outcome | null): void => {
      if (!open) return;
      open = false;
      this.#busy = false;
      if (outcome?.type === 'refused')
        this.#world.note(`${node.id} refuses: ${outcome.detail ?? outcome.code}`);
    };
    const { process } = node;
    const id = this.#world.expectReply(node.id, done);
    this.#world.clock.after(drawMs(this.#rng, controlMs), () => {
      if (node.process === process) node.operate(id, command);
      else done(null);
    });
    this.#world.clock.after(answerWithinMs, () => done(null));
  }
}

/** The designated node of the newest config, else the furthest, else the lowest id. */
function best(answering: readonly Answering[]): Answering | null {
  const furthest = furthestOf(answering);
  if (furthest === null) return null;
  const designated = furthest.status.settings['sync'];
  const equal = answering.filter(({ status }) => samePosition(status.received, furthest.status.received));
  return equal.find(({ node }) => node.id === designated) ?? equal[0] ?? null;
}
