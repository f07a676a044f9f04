import { createInterface } from 'node:readline';
import type { LabAid } from '../lab/labs.ts';
import { lineFault } from './line-fault.ts';

/** What labs need of the process they run in. */
export function labAid(signal: AbortSignal): LabAid {
  // A terminal that is closed: in good order, as when told to end. It stays: without one Ink would end the process.
  process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
  return {
    lineFault,
    typed: () => typedLines(signal),
    self: [process.execPath, process.argv[1]!],
  };
}

/** Lines of standard input as they are asked for; null at its end, or when there is no more need for any. */
function typedLines(signal: AbortSignal): LabAid['typed'] extends () => infer T ? T : never {
  const lines = createInterface({ input: process.stdin });
  const iterator = lines[Symbol.asyncIterator]();
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  return {
    async next() {
      const line = await iterator.next();
      return line.done === true ? null : line.value;
    },
    close,
  };
}
