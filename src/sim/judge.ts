import { assert } from '../lib/assert.ts';
import { formatPosition, samePosition } from '../protocol/position.ts';
import { Ghost, keyOf } from './ghost.ts';
import { HostRules } from './host-rules.ts';
import type { SimNode } from './node.ts';
import type { Turn } from './turn.ts';
import { ReplyRules } from './reply-rules.ts';
import { StatusRules } from './status-rules.ts';
import { StreamRules } from './stream-rules.ts';
import { Survival, type Promotion } from './survival.ts';
import type { Watcher, World } from './world.ts';

const fullCheckSteps = 100;

/** Holds a world to the invariants of B1 after every step. Throws `InvariantError` at the first breach. */
export class Judge implements Watcher {
  readonly ghost: Ghost;
  steps = 0;
  readonly #world: World;
  readonly #status: StatusRules;
  readonly #replies: ReplyRules;
  readonly #survival: Survival;
  readonly #streams = new StreamRules();
  readonly #host = new HostRules();

  constructor(world: World) {
    this.#world = world;
    this.ghost = new Ghost(world.nodes.values());
    this.#status = new StatusRules(this.ghost);
    this.#survival = new Survival(this.ghost);
    this.#replies = new ReplyRules(this.ghost);
    this.#replies.onAcknowledged = (entry) => this.#survival.onAcknowledged(entry);
  }

  turned(turn: Turn): void {
    this.steps += 1;
    this.#host.check(turn);
    this.#replies.stepped(turn);
    this.ghost.sync(turn.node.id);
    if (turn.after !== null) this.#status.check(turn.node, turn.after);
    this.#replies.replied(turn);
    this.#streams.check(turn);
    if (this.steps % fullCheckSteps === 0)
      for (const mirror of this.ghost.present()) this.#status.checkFully(mirror);
  }

  started(node: SimNode): void {
    this.#streams.forget(node.id);
  }

  downed(node: SimNode): void {
    this.#host.forget(node.id);
  }

  wiped(node: SimNode): void {
    this.ghost.wiped(node);
    // One that lost its tail alone has still something on it.
    this.ghost.sync(node.id);
  }

  promoting(promotion: Promotion): void {
    this.#survival.promoting(promotion);
  }

  /** Null when the cluster is at rest and whole, else what is still missing (I14). */
  unrest(): string | null {
    const nodes = [...this.#world.nodes.values()];
    const broken = nodes.find(({ status }) => status === null);
    if (broken !== undefined) return `${broken.id} has no replica: ${broken.failure ?? 'down'}`;
    const leaders = nodes.filter(({ status }) => status!.role === 'leader').map(({ id }) => id);
    if (leaders.length !== 1) return `leaders: ${leaders.join(', ') || 'none'}`;
    const leader = this.#world.node(leaders[0]!);
    for (const { id, status } of nodes) {
      const { stopped, rewinding, pending, received, applied, chain, digest, suspects, degraded } = status!;
      const end = leader.status!.received;
      if (stopped !== null) return `${id} is stopped: ${stopped}`;
      if (rewinding) return `${id} rewinds`;
      if (suspects.length > 0) return `${id} suspects ${suspects.join(', ')}`;
      if (degraded) return `${id} goes on without its synchronous followers`;
      if (pending > 0) return `${id} has ${pending} writes waiting`;
      if (!samePosition(received, end) || !samePosition(applied, end)) {
        return `${id} is at ${formatPosition(applied)}, the leader ${leader.id} at ${formatPosition(end)}`;
      }
      if (chain !== leader.status!.chain || digest.value !== leader.status!.digest.value)
        return `${id} diverged`;
      if (id !== leader.id && status!.leader !== leader.id)
        return `${id} follows ${status!.leader ?? 'nobody'}`;
    }
    return null;
  }

  discarded(): number {
    return this.ghost.present().reduce((sum, { store }) => sum + store.local.discarded().length, 0);
  }

  /** At the end, and at rest: nothing that was acknowledged has vanished unseen, but with every disk that had it. */
  conclude(): void {
    for (const mirror of this.ghost.present()) this.#status.checkFully(mirror);
    this.#replies.concluded(this.#world.nodes.values());
    const log = this.ghost.present()[0]!;
    const discarded = new Set(
      this.ghost.present().flatMap(({ store }) => store.local.discarded().map(keyOf)),
    );
    for (const entry of this.#survival.acknowledged.values()) {
      assert(
        log.holds(entry) || discarded.has(keyOf(entry)) || this.ghost.isGone(entry),
        'F3: an acknowledged write is kept or listed as discarded',
        {
          at: formatPosition(entry.at),
        },
      );
    }
  }
}
