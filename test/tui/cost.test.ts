import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { createElement } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { Terminal } from '@xterm/headless';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { App } from '../../src/tui/app.ts';
import type { Model } from '../../src/tui/model.ts';
import { painterOf } from '../../src/tui/painter.ts';
import { LiveStage } from '../../src/tui/stage.ts';
import type { Size } from '../../src/tui/scene.ts';
import { behind, healthy, halved, noLeader, told } from './story.ts';

/**
 * What the screen costs, in what can be counted: frames drawn and bytes written for a scripted sequence. Time
 * is measured in the bench. The bounds have a third of slack over what is written today; one that no longer
 * holds is a screen that costs more on every cluster.
 */
interface Drawn {
  /** Bytes of each frame since the last call; a frame is what Ink writes in one go. */
  frames(): readonly number[];
  /** Tells the model and lets the frame be drawn. */
  after(change: () => void): Promise<void>;
  screen(): Promise<readonly string[]>;
}

class FakeTty extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  bytes: number[] = [];
  readonly #emulator: Terminal;

  constructor({ columns, rows }: Size) {
    super();
    this.columns = columns;
    this.rows = rows;
    // As the kernel does for a terminal: a newline is also a return.
    this.#emulator = new Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes.push(chunk.length);
    this.#emulator.write(chunk);
    done();
  }

  async lines(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => this.#emulator.write('', resolve));
    const { active } = this.#emulator.buffer;
    return Array.from({ length: this.rows }, (_, y) => active.getLine(y)!.translateToString(true));
  }
}

async function draw(model: Model, size: Size): Promise<Drawn> {
  const stdout = new FakeTty(size);
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => {},
    unref: () => {},
  });
  const stage = new LiveStage(model, 250, () => {});
  const ink = render(createElement(App, { stage }), {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 1000,
  });
  onTestFinished(() => {
    stage.stop();
    ink.unmount();
  });
  await ink.waitUntilRenderFlush();
  let seen = stdout.bytes.length;
  return {
    frames() {
      const written = stdout.bytes.slice(seen);
      seen = stdout.bytes.length;
      // Each frame stands between a begin and an end of synchronized output.
      return written.filter((bytes) => bytes > 8);
    },
    async after(change) {
      change();
      stage.changed(true);
      await ink.waitUntilRenderFlush();
    },
    screen: () => stdout.lines(),
  };
}

const usual: Size = { columns: 120, rows: 40 };

/** Twenty snapshots of a cluster that takes writes, a follower falling behind and catching up. */
function busy(nodes: number): readonly Snapshot[] {
  return Array.from({ length: 20 }, (_, i) =>
    behind(nodes, 1000 + i * 50, i < 10 ? i * 7 : 0, 5000 + i * 250),
  );
}

test('nothing changed: no frame, not a byte', async () => {
  const model = told([healthy(5, 10, 1000)], { size: usual, painter: painterOf(true) });
  const drawn = await draw(model, usual);
  drawn.frames();
  const snapshot = healthy(5, 10, 1000);
  for (let seq = 0; seq < 50; seq += 1) await drawn.after(() => model.receive({ ...snapshot, seq }, 1000));
  await drawn.after(() => model.press('F1'));
  expect(drawn.frames()).toEqual([]);
});

test.for([
  [5, usual, 1400],
  [50, usual, 6200],
  [5, { columns: 80, rows: 24 }, 900],
  [50, { columns: 200, rows: 60 }, 10_500],
] as const)('busy, %i nodes: a frame a snapshot, of bounded size', async ([nodes, size, mostBytes]) => {
  const model = told([healthy(nodes, 900, 4000)], { size, painter: painterOf(true) });
  const drawn = await draw(model, size);
  drawn.frames();
  for (const snapshot of busy(nodes)) await drawn.after(() => model.receive(snapshot, snapshot.tMs));
  const frames = drawn.frames();
  expect(frames).toHaveLength(20);
  const mean = frames.reduce((sum, bytes) => sum + bytes, 0) / frames.length;
  expect(mean).toBeLessThan(mostBytes);
});

test('a key is one frame', async () => {
  const model = told([healthy(5, 900, 4000)], { size: usual, painter: painterOf(true) });
  const drawn = await draw(model, usual);
  drawn.frames();
  await drawn.after(() => model.press('j'));
  const frames = drawn.frames();
  expect(frames).toHaveLength(1);
  expect(frames[0]).toBeLessThan(1200);
});

test('what is on the screen after many changes is the frame itself', async () => {
  const model = told([healthy(5, 900, 4000)], { size: usual });
  const drawn = await draw(model, usual);
  for (const snapshot of [...busy(5), halved(5, 1310, 12_000), noLeader(5, 1310, 13_000)]) {
    await drawn.after(() => model.receive(snapshot, snapshot.tMs));
  }
  for (const key of ['2', 'j', '5', 'enter', 'esc', '1', 'j', '?', 'q']) {
    await drawn.after(() => model.press(key));
    expect(await drawn.screen()).toEqual(model.frame().map((line) => line.trimEnd()));
  }
});
