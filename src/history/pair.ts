import { HistoryMistake } from './mistake.ts';
import type { HistoryEvent, Operation, Outcome } from './operation.ts';

/**
 * Invocations with their completions, in order of invocation. A process does one thing at a time: a second
 * invocation before the first one's completion is a mistake, and so is a completion of nothing. What never
 * completes may have happened: `info`.
 */
export function pair(events: readonly HistoryEvent[]): readonly Operation[] {
  const operations: Operation[] = [];
  const open = new Map<
    number,
    { readonly id: number; readonly invoked: HistoryEvent; readonly start: number }
  >();
  events.forEach((event, at) => {
    const { process, type, line } = event;
    if (process === null) return;
    const begun = open.get(process);
    if (type === 'invoke') {
      if (begun !== undefined) {
        throw new HistoryMistake(
          line,
          `process ${process} invokes ${event.f} while its ${begun.invoked.f} of line ${begun.invoked.line} is open; expected that one's completion`,
        );
      }
      open.set(process, { id: operations.length, invoked: event, start: at });
      operations.push(operation(operations.length, event, at));
      return;
    }
    if (begun === undefined) {
      throw new HistoryMistake(
        line,
        `process ${process} completes ${event.f} (${type}) without having invoked it; expected an invocation before`,
      );
    }
    const { id, invoked, start } = begun;
    if (invoked.f !== event.f || (event.key !== null && invoked.key !== null && event.key !== invoked.key)) {
      throw new HistoryMistake(
        line,
        `process ${process} completes ${nameOf(event)}; expected ${nameOf(invoked)}, which it invoked on line ${invoked.line}`,
      );
    }
    open.delete(process);
    operations[id] = operation(id, invoked, start, { event, type, at });
  });
  return operations;
}

interface Completion {
  readonly event: HistoryEvent;
  readonly type: Outcome;
  readonly at: number;
}

function operation(id: number, invoked: HistoryEvent, start: number, completion?: Completion): Operation {
  const outcome = completion?.type ?? 'info';
  return {
    id,
    process: invoked.process!,
    session: invoked.session ?? String(invoked.process),
    f: invoked.f,
    key: invoked.key ?? completion?.event.key ?? null,
    input: invoked.value,
    output: outcome === 'ok' ? completion!.event.value : invoked.value,
    outcome,
    start,
    end: outcome === 'info' ? Infinity : completion!.at,
    startMs: invoked.atMs,
    endMs: completion === undefined || outcome === 'info' ? null : completion.event.atMs,
    node: completion?.event.node ?? invoked.node,
    final: invoked.final || (completion?.event.final ?? false),
    line: invoked.line,
  };
}

function nameOf({ f, key }: HistoryEvent): string {
  return key === null ? f : `${f} of ${key}`;
}
