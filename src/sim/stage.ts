import { InvariantError } from '../lib/assert.ts';
import type { FaultParams } from '../faults/fault.ts';
import { findMode } from '../protocol/modes.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { ModeOptions, ReplicaStatus } from '../protocol/protocol.ts';
import { Dialogue } from './dialogue.ts';
import { Judge } from './judge.ts';
import { createMemoryStore } from './memory-store.ts';
import { Operator } from './operator.ts';
import { operationWords, outcomeWords } from './words.ts';
import { World } from './world.ts';

export interface Scenario {
  /** The golden file's name: what it shows. */
  readonly name: string;
  readonly nodes: readonly NodeId[];
  readonly options: ModeOptions;
  play(stage: Stage): void;
}

/** The story of a scenario, message by message. Throws `InvariantError` when an invariant is broken in it. */
export function tell(scenario: Scenario): string {
  const stage = new Stage(scenario);
  scenario.play(stage);
  return stage.dialogue.text();
}

/** A world with even delays and no chance in it, and the few words that scenarios are written in. */
export class Stage {
  readonly dialogue: Dialogue;
  readonly judge: Judge;
  readonly #world: World;
  readonly #operator: Operator;

  constructor({ name, nodes, options }: Scenario) {
    const mode = findMode('single-leader')!;
    this.#world = new World(
      {
        seed: name,
        nodes,
        modeOptions: options,
        network: { latencyMs: [2, 2], loss: 0, duplicate: 0, reorder: 0, backoffMs: [50, 50] },
        node: { dispatchMs: [0, 0], commitMs: [1, 1], batch: [256, 256] },
      },
      { mode, disk: createMemoryStore },
    );
    this.dialogue = new Dialogue(this.#world.clock);
    this.judge = new Judge(this.#world);
    this.#operator = new Operator(this.#world, true);
    this.#operator.onPromoting = (promotion) => this.judge.promoting(promotion);
    this.#world.watchers.push(this.judge);
  }

  /** Starts all nodes and makes the first one leader, off stage unless `aloud`. */
  begin(aloud = false): void {
    if (aloud) this.#world.watchers.push(this.dialogue);
    for (const id of this.#world.options.nodes) this.#world.start(id);
    this.promote(this.#world.options.nodes[0]!);
    if (!aloud) {
      this.run(1000);
      this.#world.watchers.push(this.dialogue);
    }
  }

  say(text: string): void {
    this.dialogue.say(text);
  }

  /** Lets `ms` of virtual time pass. */
  run(ms: number): void {
    this.#world.run(this.#world.clock.now + ms);
  }

  put(node: NodeId, key: string, value: string): void {
    this.#request(node, { kind: 'put', key, value });
  }

  get(node: NodeId, key: string): void {
    this.#request(node, { kind: 'get', key });
  }

  fault(params: FaultParams): void {
    this.#world.fault(params);
  }

  heal(): void {
    this.#world.heal();
  }

  kill(node: NodeId): void {
    this.#world.kill(node);
  }

  save(node: NodeId): void {
    this.#world.save(node);
  }

  restore(node: NodeId): void {
    this.#world.restore(node);
  }

  start(node: NodeId): void {
    this.#world.start(node);
  }

  promote(node: NodeId): void {
    this.#operator.promote(node, false);
  }

  /** The reader, and the test, may rely on it: one leader, everyone caught up. */
  whole(): void {
    const unrest = this.judge.unrest();
    if (unrest !== null) throw new InvariantError('the scenario ends whole', { unrest });
    this.judge.conclude();
  }

  status(node: NodeId): ReplicaStatus | null {
    return this.#world.node(node).status;
  }

  #request(node: NodeId, op: Parameters<typeof operationWords>[0]): void {
    this.dialogue.exchange('client', node, operationWords(op));
    const id = this.#world.expectReply(node, (outcome) => {
      this.dialogue.exchange(
        node,
        'client',
        outcome === null ? 'the connection is reset' : outcomeWords(outcome),
      );
    });
    this.#world.node(node).request(id, { op });
  }
}
