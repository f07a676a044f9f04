import type { LoadPlan } from './load-plan.ts';
import type { Facts } from './message.ts';

/** Between the supervisor and the process of a load, over the child's channel. Its close ends the load. */
export type ToLoad =
  | { readonly type: 'start'; readonly root: string; readonly cluster: string; readonly plan: LoadPlan }
  /** Whoever started it waits no longer: unless something was acknowledged, it says what it met, and ends. */
  | { readonly type: 'give-up'; readonly withinMs: number };

export type FromLoad =
  | { readonly type: 'acknowledged'; readonly id: string; readonly event: number }
  | { readonly type: 'failed'; readonly code: string; readonly facts: Facts };
