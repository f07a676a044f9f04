import { append } from './append.ts';
import { counter } from './counter.ts';
import { register } from './register.ts';
import { session } from './session.ts';
import { set } from './set.ts';
import type { Workload } from './workload.ts';

export const workloads = { register, counter, set, append, session } as const satisfies Readonly<
  Record<string, Workload>
>;

export type WorkloadName = keyof typeof workloads;

export const workloadNames = Object.keys(workloads) as readonly WorkloadName[];
