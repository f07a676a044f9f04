/** What a load is to do: as it was asked for, with everything filled in. */
export interface LoadPlan {
  readonly workload: string;
  readonly clients: number;
  /** How many operations a client has open at most. */
  readonly pipeline: number;
  /** Operations a second, all clients together; null: each as soon as the one before it is done. */
  readonly ratePerS: number | null;
  /** Null: until it is told to stop. */
  readonly forMs: number | null;
  /** Null: as many as there come to be. */
  readonly ops: number | null;
  readonly keys: number;
  readonly seed: number;
  /** Share of reads, from 0 to 1. */
  readonly reads: number;
  /** Where to read, as `--read` has it. */
  readonly read: string;
  /** Where its clients stand; null: beside the nodes. */
  readonly region: string | null;
  /** What users are promised, as `--guarantee` has it; empty for nothing. */
  readonly guarantee: string;
  /** How long a read waits at a replica that is behind its session. */
  readonly waitMs: number;
  /** What the users are called: this and a number. */
  readonly asPrefix: string;
  /** How long one operation may take. */
  readonly withinMs: number;
  /** How long followers may take to catch up before the final reads. */
  readonly settleMs: number;
  /** Fewer acknowledged operations are too thin to judge by. */
  readonly min: number;
}
