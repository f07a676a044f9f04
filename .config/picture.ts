/**
 * Draws src/tui/watch.svg, the picture of `watch` in the README: a real cluster, cut in two under writes, with
 * a leader on each side. What it shows is what the screen shows: the same model, fed by the same stream, and
 * the same views; only the terminal is left out.
 *
 *   npm run picture
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { withCluster, type Cluster } from '../src/client/cluster-connection.ts';
import { follow } from '../src/tui/feed.ts';
import { frameOf } from '../src/tui/frame.ts';
import { plainPainter, type Line } from '../src/tui/line.ts';
import { Model } from '../src/tui/model.ts';
import { toSvg } from './svg.ts';

const size = { columns: 112, rows: 33 };
const root = fileURLToPath(new URL('..', import.meta.url));
const stateHome = mkdtempSync(join(tmpdir(), 'rl-picture-'));
const env = { ...process.env, XDG_STATE_HOME: stateHome };

try {
  replab('up', '-c', 'demo', '--nodes', '5', '--sync', '1');
  const lines = await withCluster({ name: 'demo', root: join(stateHome, 'replab') }, story);
  writeFileSync(join(root, 'src/tui/watch.svg'), toSvg(lines, size.columns));
} finally {
  replab('down', '-c', 'demo');
  rmSync(stateHome, { recursive: true, force: true });
}

/** A follower falls behind and catches up; then the network splits, and the other side promotes its own. */
async function story(cluster: Cluster): Promise<readonly Line[]> {
  const snapshot = await cluster.freshSnapshot();
  const model = new Model({
    snapshot,
    view: 'overview',
    ascii: false,
    painter: plainPainter,
    size,
    nowMs: performance.now(),
  });
  const heard = follow(cluster, snapshot, 250, {
    event: (event) => model.add([event]),
    snapshot: (now) => model.receive(now, performance.now()),
    silent: (ms) => model.silent(ms),
  });
  heard.catch(() => {});
  const old = await writeTo(snapshot.nodes[0]!.address.client!, 30);
  await wait(2500);
  replab('isolate', 'n4');
  await wait(2500);
  replab('heal');
  await wait(2000);
  replab('partition', 'n1,n2/n3,n4,n5');
  await wait(1500);
  replab('promote', 'n3', '--force');
  const young = await writeTo(snapshot.nodes[2]!.address.client!, 18);
  await wait(2000);
  const { lines } = frameOf(model.scene(), size);
  old();
  young();
  return lines;
}

function replab(...words: readonly string[]): void {
  execFileSync(process.execPath, [join(root, 'bin/replab.js'), ...words, '-q'], { env, stdio: 'ignore' });
}

/** Writes a second, until the answered function is called. */
async function writeTo(address: string, perSecond: number): Promise<() => void> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.resume();
  let written = 0;
  const timer = setInterval(() => {
    written += 1;
    socket.write(`SET cart:${written % 20} ${written}\r\n`);
  }, 1000 / perSecond);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}
