import type { ClusterEvent } from '../cluster/event.ts';
import { eachShard } from '../cluster/shard-view.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { ViewName } from '../commands/watch.ts';
import type { ErrorDescription } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { wiresOf } from '../faults/wires.ts';
import { eventRows } from './event-rows.ts';
import { frameOf, isSmall } from './frame.ts';
import { asciiGlyphs, unicodeGlyphs } from './glyphs.ts';
import { advance, isMoving, noHistory, remember } from './history.ts';
import { paste, press } from './input.ts';
import { paintLine, type Painter } from './line.ts';
import type { DiffView, Scene, Seen, Size } from './scene.ts';
import { initialState, type Effect, type Said, type ViewState } from './view-state.ts';

export interface ModelOptions {
  readonly snapshot: Snapshot;
  readonly view: ViewName;
  readonly ascii: boolean;
  readonly painter: Painter;
  readonly size: Size;
  /** Local time at which the snapshot came, in ms. */
  readonly nowMs: number;
}

/** How a command that a key ran has ended. */
export type Outcome =
  | { readonly ok: true; readonly exit: number; readonly text: string }
  | { readonly ok: false; readonly error: Pick<ErrorDescription, 'code' | 'what' | 'fix'> };

/** A command under way: what is shown of it, and its words. */
export interface Run {
  readonly command: string;
  readonly words: readonly string[];
}

/** More events than anyone scrolls through. */
const mostEvents = 2000;

/**
 * All that the screen knows: what was seen, and what whoever watches has chosen. Local time comes in as an
 * argument; the frame is made anew only when it is asked for after a change.
 */
export class Model {
  readonly #options: ModelOptions;
  #seen: Seen;
  /** What is shown while the view is held. */
  #held: Seen | null = null;
  #state: ViewState;
  #size: Size;
  /** Local time minus the cluster's. */
  #skewMs: number;
  #frame: readonly string[] = [];
  #newest: Run | null = null;
  /** Of history, on the screen. */
  #buckets = 0;

  constructor(options: ModelOptions) {
    const { view, size, nowMs } = options;
    const [snapshot, ...others] = eachShard(options.snapshot) as [Snapshot, ...Snapshot[]];
    this.#options = options;
    this.#size = size;
    this.#skewMs = nowMs - snapshot.tMs;
    this.#state = initialState(view, snapshot.leaders[0]?.id ?? snapshot.nodes[0]?.id ?? '');
    this.#seen = {
      snapshot,
      others,
      history: remember(noHistory, snapshot),
      wires: wiresOf(snapshot),
      events: [],
      diff: { kind: 'none' },
      nowMs: snapshot.tMs,
      silentMs: null,
    };
  }

  get seen(): Seen {
    return this.#seen;
  }

  get state(): ViewState {
    return this.#state;
  }

  receive(whole: Snapshot, nowMs: number): void {
    const [snapshot, ...others] = eachShard(whole) as [Snapshot, ...Snapshot[]];
    this.#skewMs = nowMs - snapshot.tMs;
    const history = remember(this.#seen.history, snapshot);
    // Faults are what wires are made of; most snapshots bring no other.
    const before = this.#seen.snapshot;
    const sameFaults = sameIds(before.faults, snapshot.faults) && sameIds(before.nodes, snapshot.nodes);
    const wires = sameFaults ? this.#seen.wires : wiresOf(snapshot);
    const nowSeen = { snapshot, others, history, wires, nowMs: snapshot.tMs, silentMs: null };
    this.#seen = { ...this.#seen, ...nowSeen };
  }

  add(events: readonly ClusterEvent[]): void {
    const { view, scroll, filter, zoomed, paused } = this.#state;
    // Whoever reads older ones goes on reading the same; what is held does not move.
    const reads = view === 'events' && scroll > 0 && !zoomed && !paused;
    const rows = (): number => (reads ? eventRows(this.#seen.events, filter).length : 0);
    const before = rows();
    const all = [...this.#seen.events, ...events].slice(-mostEvents);
    this.#seen = { ...this.#seen, events: all };
    if (reads) this.#state = { ...this.#state, scroll: Math.max(1, scroll + rows() - before) };
  }

  compared(diff: DiffView): void {
    this.#seen = { ...this.#seen, diff };
  }

  /** Time goes on without news. */
  tick(nowMs: number): void {
    const clusterMs = Math.max(this.#seen.nowMs, nowMs - this.#skewMs);
    const history = advance(this.#seen.history, clusterMs);
    this.#seen = { ...this.#seen, nowMs: clusterMs, history };
  }

  /** For how long the supervisor has not answered; null while it does. */
  silent(ms: number | null): void {
    this.#seen = { ...this.#seen, silentMs: ms };
  }

  /** Something on the screen moves on although nothing is heard. */
  get isMoving(): boolean {
    return this.#held === null && isMoving(this.#seen.history, this.#seen.nowMs, this.#buckets);
  }

  /** Answers with what the key asks of the world. */
  press(name: string): Effect | null {
    const { state, effect } = press(this.scene(), name);
    if (state.paused !== this.#state.paused) this.#held = state.paused ? this.#seen : null;
    this.#state = state;
    return effect ?? null;
  }

  paste(text: string): void {
    this.#state = paste(this.scene(), text);
  }

  resize(size: Size): void {
    this.#size = size;
  }

  /** A command that a key stands for is run. */
  began(command: string, words: readonly string[]): Run {
    this.#newest = { command, words };
    this.#say({ level: 'dim', command, text: this.#options.ascii ? '...' : '…' });
    return this.#newest;
  }

  /** It has ended. A failure is always told; that it went well, unless a later one was begun. */
  ended(run: Run, outcome: Outcome): void {
    const { command, words } = run;
    if (outcome.ok) {
      const { exit, text } = outcome;
      if (exit === exitCodes.ok) {
        if (run === this.#newest) this.#say({ level: 'good', command, text });
        return;
      }
      const level = exit === exitCodes.inconclusive ? 'caution' : 'bad';
      return this.#say({ level, command, text: `exit ${exit}: ${text}` });
    }
    const { code, what, fix } = outcome.error;
    this.#say({ level: 'bad', command, text: `${what} ${fix}` });
    // What would lose something is asked about.
    if (words[0] !== 'promote' || code !== 'behind' || this.#state.input.kind !== 'keys') return;
    const question = `${what} Promote it all the same, and lose that?`;
    this.#state = { ...this.#state, input: { kind: 'ask', question, words: [...words, '--force'] } };
  }

  #say(said: Said): void {
    this.#state = { ...this.#state, said };
  }

  scene(): Scene {
    const { ascii } = this.#options;
    const glyphs = ascii ? asciiGlyphs : unicodeGlyphs;
    const small = isSmall(this.#size);
    return { ...(this.#held ?? this.#seen), state: this.#state, glyphs, ascii, small };
  }

  /** The lines of the screen. The same array as before when nothing on it has changed. */
  frame(): readonly string[] {
    const scene = this.scene();
    const { lines, scrollMax, buckets } = frameOf(scene, this.#size);
    this.#buckets = buckets;
    if (this.#state.scroll > scrollMax) this.#state = { ...this.#state, scroll: scrollMax };
    const { columns } = this.#size;
    const painted = lines.map((line) => paintLine(line, columns, scene.glyphs.more, this.#options.painter));
    const same = painted.length === this.#frame.length && painted.every((line, i) => line === this.#frame[i]);
    if (!same) this.#frame = painted;
    return this.#frame;
  }
}

function sameIds(a: readonly { readonly id: string }[], b: readonly { readonly id: string }[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]!.id);
}
