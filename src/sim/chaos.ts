import { unreachable } from '../lib/assert.ts';
import type { Rng } from '../lib/rng.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { lanes } from '../protocol/message-class.ts';
import { clientPlace, type Place } from '../cluster/place.ts';
import type { FaultParams, ParamsOf } from '../faults/fault.ts';
import { burdens } from './burdens.ts';
import type { ChaosKind } from './chaos-kinds.ts';
import type { Operator } from './operator.ts';
import { drawMs, type Range } from './scheduler.ts';
import { drawSettings } from './settings.ts';
import type { World } from './world.ts';

type Cutting = ParamsOf<'partition'> | ParamsOf<'cut'> | ParamsOf<'isolate'>;

export interface ChaosOptions {
  readonly kinds: readonly ChaosKind[];
  /** Between one fault and the next. */
  readonly gapMs: Range;
  /** Until a fault is healed, a node started or resumed again. */
  readonly lastsMs: Range;
}

/** Seeded faults, one after another, several at a time. */
export class Chaos {
  readonly hits: Partial<Record<ChaosKind, number>> = {};
  readonly #world: World;
  readonly #operator: Operator;
  readonly #options: ChaosOptions;
  readonly #rng: Rng;
  #over = false;
  #leaderlessSince: number | null = null;

  constructor(world: World, operator: Operator, options: ChaosOptions) {
    this.#world = world;
    this.#operator = operator;
    this.#options = options;
    this.#rng = world.rng.fork('chaos');
  }

  start(): void {
    this.#next();
    this.#attend();
  }

  /** Heals, resumes and starts everything. */
  end(): void {
    this.#over = true;
    this.#world.heal();
    this.#world.network.frameFaults = false;
    for (const { id, state } of this.#world.nodes.values()) {
      if (state === 'paused') this.#world.resume(id);
      if (state === 'down') this.#world.start(id);
    }
  }

  #next(): void {
    this.#world.clock.after(drawMs(this.#rng, this.#options.gapMs), () => {
      if (this.#over) return;
      const kind = this.#rng.pick(this.#options.kinds);
      if (this.#strike(kind)) this.hits[kind] = (this.hits[kind] ?? 0) + 1;
      this.#next();
    });
  }

  /** An operator who looks now and then, and does not let a cluster without a leader be for long. */
  #attend(): void {
    this.#world.clock.after(drawMs(this.#rng, [200, 600]), () => {
      if (this.#over) return;
      const { now } = this.#world.clock;
      if (this.#operator.leaders().length > 0) this.#leaderlessSince = null;
      else this.#leaderlessSince ??= now;
      const since = this.#leaderlessSince;
      if (since !== null && now - since > 800 && this.#rng.chance(0.5)) this.#operator.promote(null, false);
      this.#attend();
    });
  }

  #strike(kind: ChaosKind): boolean {
    switch (kind) {
      case 'partition':
      case 'cut':
      case 'isolate':
        return this.#inForce(this.#cutting(kind));
      case 'refuse':
        return this.#inForce({
          ...this.#cutting(this.#rng.pick(['partition', 'cut', 'isolate'])),
          reset: true,
        });
      case 'link':
        return this.#inForce(this.#link());
      case 'kill':
      case 'kill-process':
      case 'wipe':
        return this.#kill(kind);
      case 'pause':
        return this.#pause();
      case 'commit-fails':
        return this.#onRunning((id) => this.#world.failNextCommit(id, 'before'));
      case 'commit-torn':
        return this.#onRunning((id) => this.#world.failNextCommit(id, 'between'));
      case 'commit-unknown':
        return this.#onRunning((id) => this.#world.failNextCommit(id, 'unknown'));
      case 'disk-full':
        return this.#onRunning((id) => this.#world.failNextWrite(id));
      case 'disk-stays-full':
      case 'disk-slow':
      case 'skew':
      case 'limit':
        return this.#burden(kind);
      case 'lose-unsynced':
        return this.#loseUnsynced();
      case 'restore':
        return this.#restore();
      case 'reset':
        return this.#onRunning((id) => this.#reset(id));
      case 'promote':
        return this.#onRunning((id) => this.#operator.promote(this.#rng.chance(0.5) ? id : null, false));
      case 'promote-forced':
        return this.#onRunning((id) => this.#operator.promote(id, true));
      case 'set':
        this.#operator.set(drawSettings(this.#rng, this.#nodes));
        return true;
      default:
        return unreachable(kind);
    }
  }

  get #nodes(): readonly NodeId[] {
    return this.#world.options.nodes;
  }

  /** Leaders are hit as often as all others together. */
  #victim(): NodeId {
    const leaders = this.#operator.leaders();
    return leaders.length > 0 && this.#rng.chance(0.5)
      ? this.#rng.pick(leaders)
      : this.#rng.pick(this.#nodes);
  }

  /** Another node; the same one where there is no other. */
  #other(id: NodeId): NodeId {
    const others = this.#nodes.filter((node) => node !== id);
    return others.length === 0 ? id : this.#rng.pick(others);
  }

  #reset(id: NodeId): void {
    this.#world.network.reset(id, this.#other(id), this.#rng.pick(lanes));
  }

  #onRunning(act: (id: NodeId) => void): boolean {
    const id = this.#victim();
    if (this.#world.node(id).state !== 'up') return false;
    act(id);
    return true;
  }

  #later(act: () => void): void {
    this.#world.clock.after(drawMs(this.#rng, this.#options.lastsMs), () => {
      if (!this.#over) act();
    });
  }

  #inForce(params: FaultParams): boolean {
    const id = this.#world.fault(params);
    this.#later(() => this.#world.heal(id));
    return true;
  }

  /** Two nodes, or a client and a node. */
  #ends(node: NodeId): readonly [Place, Place] {
    const ends: readonly [Place, Place] =
      this.#rng.chance(0.85) && this.#nodes.length > 1 ? [node, this.#other(node)] : [clientPlace, node];
    return this.#rng.chance(0.5) ? ends : [ends[1], ends[0]];
  }

  #cutting(kind: 'partition' | 'cut' | 'isolate'): Cutting {
    const node = this.#victim();
    if (kind === 'isolate') return { kind, node };
    if (kind === 'cut') {
      const [from, to] = this.#ends(node);
      return { kind, from: [from], to: [to] };
    }
    const side: Place[] = this.#nodes.filter(() => this.#rng.chance(0.5));
    const group = side.length === 0 || side.length === this.#nodes.length ? [node] : side;
    const rest: Place[] = this.#nodes.filter((other) => !group.includes(other));
    (this.#rng.chance(0.5) ? group : rest).push(...(this.#rng.chance(0.3) ? [clientPlace] : []));
    // A bridge is in both groups.
    if (this.#rng.chance(0.2) && rest.length > 1) group.push(rest[0]!);
    return { kind, groups: [group, rest] };
  }

  /** A bad link: late, narrow, or one that loses, copies and reorders frames; often several of these. */
  #link(): FaultParams {
    const [from, to] = this.#ends(this.#victim());
    const isClient = from === clientPlace || to === clientPlace;
    const delayMs = this.#rng.pick([0, 5, 50, 400]);
    const chance = (): number => this.#rng.pick([0, 0, 0.02, 0.3]);
    const lanesMeant = !isClient && this.#rng.chance(0.3) ? [this.#rng.pick(lanes)] : [];
    return {
      kind: 'link',
      from: [from],
      to: [to],
      both: this.#rng.chance(0.5),
      delayMs: Math.max(1, delayMs),
      jitterMs: this.#rng.chance(0.5) ? Math.max(1, delayMs) / 2 : 0,
      bytesPerSecond: this.#rng.pick([null, null, 20_000, 1_000_000]),
      loss: chance(),
      duplicate: isClient ? 0 : chance(),
      reorder: isClient ? 0 : chance(),
      lanes: lanesMeant,
      classes: [],
    };
  }

  #kill(kind: 'kill' | 'kill-process' | 'wipe'): boolean {
    const id = this.#victim();
    if (this.#world.node(id).state === 'down') return false;
    this.#world.kill(id, kind === 'kill-process');
    if (kind === 'wipe') this.#world.wipe(id);
    this.#startLater(id);
    return true;
  }

  #startLater(id: NodeId): void {
    this.#later(() => {
      if (this.#world.node(id).state === 'down' && !this.#world.start(id)) this.#startLater(id);
    });
  }

  /** A fault on a node, which it lives with until it is healed, through kills and starts. */
  #burden(kind: keyof typeof burdens): boolean {
    const id = this.#world.fault(burdens[kind](this.#victim(), this.#rng));
    this.#later(() => this.#world.heal(id));
    return true;
  }

  /** A power failure after a while of writing. It struck when it took something, and not before. */
  #loseUnsynced(): boolean {
    const id = this.#victim();
    const fault = this.#world.fault({ kind: 'disk', node: id, trouble: 'lose-unsynced' });
    this.#later(() => {
      if (this.#world.node(id).state !== 'down') {
        if (this.#world.kill(id) > 0) this.hits['lose-unsynced'] = (this.hits['lose-unsynced'] ?? 0) + 1;
        this.#startLater(id);
      }
      this.#world.heal(fault);
    });
    return false;
  }

  /**
   * A copy made now, or one that is older still, comes back after a while of writing. It struck when it came
   * back, and not before.
   */
  #restore(): boolean {
    const id = this.#victim();
    const world = this.#world;
    if (!world.node(id).isSaved || this.#rng.chance(0.7)) world.save(id);
    const keep = this.#rng.chance(0.5);
    this.#later(() => {
      if (world.node(id).state !== 'down') {
        world.kill(id, keep);
        this.#startLater(id);
      }
      world.restore(id);
      this.hits.restore = (this.hits.restore ?? 0) + 1;
    });
    return false;
  }

  #pause(): boolean {
    return this.#onRunning((id) => {
      const { process } = this.#world.node(id);
      this.#world.pause(id);
      this.#later(() => {
        const node = this.#world.node(id);
        if (node.state === 'paused' && node.process === process) this.#world.resume(id);
      });
    });
  }
}
