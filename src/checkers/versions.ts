import type { Operation } from '../history/operation.ts';
import type { Step } from '../history/steps.ts';
import { textOf, type Value } from '../history/value.ts';
import type { Subject } from './subject.ts';

/** Who may have written a value, between which moments; what was there at the beginning has the moment -1. */
export interface Version {
  readonly key: string;
  readonly value: Value;
  /** None: only the beginning, or nobody. */
  readonly writers: readonly Operation[];
  /** It is at least as new as a write that began here. */
  readonly from: number;
  /** It is at most as new as a write that ended here. */
  readonly until: number;
}

/**
 * Real time orders versions: one is older than another when its write had ended before the other's began,
 * whichever of the writes of that value it was. Others are not compared.
 */
export function isOlder(a: Version, b: Version): boolean {
  return a.until < b.from;
}

/** The versions of registers, by key and value. */
export class Versions {
  readonly #byKey = new Map<string, Map<string, Version>>();
  readonly #writes = new Map<string, Operation[]>();
  readonly #initial: Value;

  constructor({ operations, steps, initial }: Subject) {
    this.#initial = initial;
    for (const operation of operations) {
      if (operation.outcome === 'fail') continue;
      for (const step of steps[operation.id]!) {
        if (step.kind === 'read') continue;
        this.#add(step.key, step.value, operation);
        if (operation.outcome !== 'ok') continue;
        const acknowledged = this.#writes.get(step.key) ?? [];
        acknowledged.push(operation);
        this.#writes.set(step.key, acknowledged);
      }
    }
  }

  of(key: string, value: Value): Version {
    return this.#byKey.get(key)?.get(textOf(value)) ?? this.#unwritten(key, value);
  }

  /** Acknowledged writes of a key, in order of invocation. */
  acknowledged(key: string): readonly Operation[] {
    return this.#writes.get(key) ?? [];
  }

  get keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  #add(key: string, value: Value, operation: Operation): void {
    const versions = this.#byKey.get(key) ?? new Map<string, Version>();
    this.#byKey.set(key, versions);
    const text = textOf(value);
    const known = versions.get(text) ?? (this.#isInitial(text) ? this.#unwritten(key, value) : undefined);
    versions.set(text, {
      key,
      value,
      writers: [...(known?.writers ?? []), operation],
      from: Math.min(known?.from ?? Infinity, operation.start),
      until: Math.max(known?.until ?? -Infinity, operation.end),
    });
  }

  #isInitial(text: string): boolean {
    return text === textOf(this.#initial);
  }

  /** The initial value; or one from nowhere, which is comparable with nothing. */
  #unwritten(key: string, value: Value): Version {
    const initial = this.#isInitial(textOf(value));
    return { key, value, writers: [], from: -1, until: initial ? -1 : Infinity };
  }
}

/** What a step showed of its key; undefined: nothing. */
export function shownBy(step: Step): Value | undefined {
  if (step.kind === 'read') return step.value;
  return step.kind === 'cas' ? step.from : undefined;
}
