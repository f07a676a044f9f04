import { expect, test } from 'vitest';
import { encodeFrames, FrameDecoder } from '../../src/node/frame-codec.ts';
import { findMode } from '../../src/protocol/modes.ts';
import type { Message, Mode, Replica } from '../../src/protocol/protocol.ts';
import { runSeed } from '../../src/sim/run.ts';

/** As the receiving process reads it: bytes, and no object that anyone else holds. */
function acrossTheWire(message: Message): Message {
  const decoder = new FrameDecoder();
  for (const frame of encodeFrames(message)) decoder.push(frame);
  const decoded = decoder.next();
  if (decoded?.type !== 'message') throw new Error(`not a message: ${JSON.stringify(decoded)}`);
  return decoded.message;
}

// The simulator hands messages over as objects; real nodes read them from bytes.
test.for([1, 2, 13, 20])(
  'seed %i runs the same when its messages are frames',
  { timeout: 60_000 },
  (seed) => {
    const mode = findMode('single-leader')!;
    const framed: Mode = {
      ...mode,
      create(boot): Replica {
        const made = mode.create(boot);
        return {
          status: () => made.status(),
          step: (input) =>
            made.step(input.type === 'message' ? { ...input, message: acrossTheWire(input.message) } : input),
        };
      },
    };
    const [plain, wired] = [{}, { mode: framed }].map((parts) =>
      runSeed({ mode: mode.name, seed }, seed, parts),
    );
    expect(wired?.failure).toBeNull();
    expect(wired).toEqual(plain);
  },
);
