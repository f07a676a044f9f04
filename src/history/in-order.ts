import type { Operation } from './operation.ts';

/** A line of a history: the invocation of an operation, or its completion. */
export interface Line {
  readonly operation: Operation;
  readonly completes: boolean;
}

/**
 * Invocations and completions as they happened. When an unknown operation was given up is not kept: it is
 * said just before its process goes on, and left out when it never does.
 */
export function linesInOrder(operations: readonly Operation[]): readonly Line[] {
  const goesOn = new Map<Operation, number>();
  const last = new Map<number, Operation>();
  for (const operation of operations.toSorted((a, b) => a.start - b.start)) {
    const before = last.get(operation.process);
    if (before !== undefined) goesOn.set(before, operation.start - 0.5);
    last.set(operation.process, operation);
  }
  return operations
    .flatMap((operation) => {
      const begun = { place: operation.start, line: { operation, completes: false } };
      const end = operation.outcome === 'info' ? goesOn.get(operation) : operation.end;
      return end === undefined ? [begun] : [begun, { place: end, line: { operation, completes: true } }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ line }) => line);
}
