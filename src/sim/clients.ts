import type { ClientPlace } from '../cluster/place.ts';
import { clientPlaces } from '../cluster/regions.ts';
import type { Flow } from '../faults/fault.ts';
import { drawFate, latenessMs } from '../faults/shape.ts';
import type { Rng } from '../lib/rng.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { compareBallots, type Ballot, type Position } from '../protocol/position.ts';
import { isWrite, type Op, type Outcome, type Request } from '../protocol/request.ts';
import { drawMs, type Range } from './scheduler.ts';
import { createSession, type SimSession } from './session.ts';
import type { World } from './world.ts';

export interface WorkloadOptions {
  readonly clients: number;
  readonly thinkMs: Range;
  readonly keys: number;
  /** Share of clients whose writes carry (client, seq); only they repeat a write of unknown outcome. */
  readonly identified: number;
  /** Share of clients that tell the highest epoch they have seen (F15). */
  readonly fenced: number;
  /** Share of clients that stay with one node whatever it answers (F17). */
  readonly pinned: number;
  /** Share of clients that are served only by logs that contain what they have seen (S1). */
  readonly sessions: number;
  readonly timeoutMs: number;
  /** Length of values. */
  readonly valueChars: Range;
}

export interface Tally {
  ok: number;
  refused: number;
  unknown: number;
}

interface Client {
  readonly name: string;
  readonly place: ClientPlace;
  readonly rng: Rng;
  readonly identified: boolean;
  readonly fenced: boolean;
  readonly pinned: boolean;
  node: NodeId;
  seq: number;
  values: number;
  epochSeen: Ballot | null;
  lastWrite: Position | null;
  readonly session: SimSession | null;
  readonly seen: Map<string, string | null>;
}

type Answer = Outcome | 'silence';

const maxTries = 6;
const requestMs: Range = [0.1, 3];
/** A segment of a stream that is not ours. */
const requestTraffic = { class: null, bytes: 1, sole: true } as const;

/** What a request, or its answer, meets on its way. */
interface Journey {
  /** Nobody waits for it any more. */
  open(): boolean;
  arrive(): void;
  /** Its connection is refused, or reset. */
  broken(): void;
}

/** Seeded clients: closed loops that put, read, count and swap, wander to the leader, and repeat safely. */
export class Clients {
  readonly tally: Tally = { ok: 0, refused: 0, unknown: 0 };
  readonly #world: World;
  readonly #options: WorkloadOptions;
  readonly #all: readonly Client[];
  #stopped = false;
  #busy = 0;

  constructor(world: World, options: WorkloadOptions) {
    this.#world = world;
    this.#options = options;
    const rng = world.rng.fork('clients');
    const places = clientPlaces(world.options.regions ?? undefined);
    this.#all = Array.from({ length: options.clients }, (_, i) =>
      this.#makeClient(`c${i + 1}`, places[i % places.length]!, rng.fork(`c${i + 1}`)),
    );
  }

  /** Operations under way. */
  get busy(): number {
    return this.#busy;
  }

  start(): void {
    for (const client of this.#all) this.#think(client);
  }

  stop(): void {
    this.#stopped = true;
  }

  #makeClient(name: string, place: ClientPlace, rng: Rng): Client {
    const { identified, fenced, pinned, sessions } = this.#options;
    return {
      name,
      place,
      rng,
      identified: rng.chance(identified),
      fenced: rng.chance(fenced),
      pinned: rng.chance(pinned),
      node: rng.pick(this.#world.options.nodes),
      seq: 0,
      values: 0,
      epochSeen: null,
      lastWrite: null,
      session: createSession(rng.fork('session'), sessions),
      seen: new Map(),
    };
  }

  #think(client: Client): void {
    this.#world.clock.after(drawMs(client.rng, this.#options.thinkMs), () => {
      if (this.#stopped) return;
      const op = this.#draw(client);
      const identity =
        client.identified && isWrite(op) ? { client: client.name, seq: (client.seq += 1) } : {};
      this.#busy += 1;
      this.#try(client, op, identity, 1);
    });
  }

  #try(client: Client, op: Op, identity: Pick<Request, 'client' | 'seq'>, tries: number): void {
    const epochSeen = client.fenced && client.epochSeen !== null ? { epochSeen: client.epochSeen } : {};
    const { session } = client;
    if (session?.wanders(op) === true && !client.pinned)
      client.node = session.pick(this.#world.options.nodes);
    this.#ask(client, { op, ...identity, ...epochSeen, ...session?.fieldsOf(op) }, (answer) => {
      this.#learn(client, op, answer);
      const definite = answer !== 'silence' && answer.type === 'refused' && answer.code !== 'not-an-integer';
      const again = isRefusedOrSilent(answer) && (definite || identity.client !== undefined || !isWrite(op));
      if (again && tries < maxTries && !this.#stopped) {
        this.#world.clock.after(drawMs(client.rng, [1, 60 * tries]), () =>
          this.#try(client, op, identity, tries + 1),
        );
        return;
      }
      this.#busy -= 1;
      this.tally[answer === 'silence' ? 'unknown' : answer.type] += 1;
      this.#think(client);
    });
  }

  /** F17: on to the leader a refusal names, else to anyone. */
  #learn(client: Client, op: Op, answer: Answer): void {
    if (answer !== 'silence') client.session?.learn(answer);
    if (answer !== 'silence' && answer.type === 'ok') {
      const { epoch } = answer.at;
      if (client.epochSeen === null || compareBallots(epoch, client.epochSeen) > 0) client.epochSeen = epoch;
      if (isWrite(op)) client.lastWrite = answer.at;
      if (op.kind === 'get' && answer.result.kind === 'value') client.seen.set(op.key, answer.result.value);
      if (op.kind === 'put') client.seen.set(op.key, op.value);
      return;
    }
    if (client.pinned) return;
    const named = answer !== 'silence' && answer.type === 'refused' ? answer.leader : null;
    client.node = named ?? client.rng.pick(this.#world.options.nodes);
  }

  /** One request over a connection of its own, which the client resets when it has waited enough. */
  #ask(client: Client, request: Request, answer: (answer: Answer) => void): void {
    const world = this.#world;
    const to = client.node;
    const { process } = world.node(to);
    let open = true;
    const close = (outcome: Answer): void => {
      if (!open) return;
      open = false;
      answer(outcome);
    };
    const id = world.expectReply(to, (outcome) => {
      const back = { from: client.place, to, direction: 'back' } as const;
      this.#travel(client, back, {
        open: () => open,
        arrive: () => close(outcome ?? 'silence'),
        broken: () => close('silence'),
      });
    });
    const forward = { from: client.place, to, direction: 'forward' } as const;
    this.#travel(client, forward, {
      open: () => open,
      arrive: () => {
        if (process === null || world.node(to).process !== process) close('silence');
        else world.node(to).request(id, request);
      },
      broken: () => close('silence'),
    });
    world.clock.after(this.#options.timeoutMs, () => {
      if (!open) return;
      world.forgetReply(to, id);
      // T11: whether the reset is seen before the request is stepped is a race.
      if (client.rng.chance(0.5)) world.node(to).forget(id);
      close('silence');
    });
  }

  /**
   * Held bytes wait for the heal, unless their connection is reset meanwhile. A bad link makes them late, and a
   * lost segment later: a connection carries one request, so that nothing is behind it.
   */
  #travel(client: Client, flow: Flow, { open, arrive, broken }: Journey): void {
    const { clock } = this.#world;
    const arriveOrWait = (): void => {
      if (!open()) return;
      const { state } = this.#world.judge(flow);
      if (state === 'reset') broken();
      else if (state === 'hold') clock.after(drawMs(client.rng, [5, 40]), arriveOrWait);
      else arrive();
    };
    const { shape } = this.#world.judge(flow);
    const fate = shape.length === 0 ? null : drawFate(shape, requestTraffic, client.rng);
    const lateMs = fate?.line == null ? 0 : latenessMs(shape, null, fate.line);
    clock.after(drawMs(client.rng, requestMs) + lateMs, arriveOrWait);
  }

  #draw(client: Client): Op {
    const { rng } = client;
    const key = (): string => `k${rng.below(this.#options.keys)}`;
    const roll = rng.below(100);
    if (roll < 42) return { kind: 'put', key: key(), value: this.#value(client) };
    if (roll < 54)
      return {
        kind: 'incr',
        key: rng.chance(0.9) ? `n${rng.below(3)}` : key(),
        by: String(rng.between(-3, 9)),
      };
    if (roll < 64) return this.#swap(client, key());
    if (roll < 72) return { kind: 'del', keys: [key(), key(), `n${rng.below(3)}`].slice(rng.below(3)) };
    if (roll < 86) return { kind: 'get', key: key() };
    if (roll < 89) return { kind: 'mget', keys: [key(), key(), 'n0'] };
    if (roll < 91) return { kind: 'exists', keys: [key(), key()] };
    if (roll < 93) return { kind: 'size' };
    if (roll < 95) return { kind: 'scan', after: null, limit: 5 };
    const at = client.lastWrite;
    if (at === null) return { kind: 'size' };
    return {
      kind: 'copies',
      at,
      count: rng.between(1, this.#world.options.nodes.length),
      timeoutMs: rng.between(1, 400),
    };
  }

  #swap(client: Client, key: string): Op {
    const expected = client.seen.get(key) ?? null;
    return { kind: 'cas', key, expected, value: client.rng.chance(0.1) ? null : this.#value(client) };
  }

  /** Unique in a run, so that every write is known by what it left. */
  #value(client: Client): string {
    client.values += 1;
    const [low, high] = this.#options.valueChars;
    const tag = `${client.name}.${client.values}`;
    const chars = client.rng.between(low, high);
    return chars <= tag.length ? tag : `${tag} `.padEnd(chars, '.');
  }
}

function isRefusedOrSilent(answer: Answer): boolean {
  return answer === 'silence' || answer.type !== 'ok';
}
