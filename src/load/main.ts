/**
 * The process of a load in the background. The supervisor starts it, tells it over its channel what to do, and
 * hears of its first acknowledged operation; from then on it is spoken to over the control socket, as any load. It
 * ends when the load does, and with the supervisor: the channel's close says that it is gone.
 */
import { openCluster } from '../client/cluster-connection.ts';
import { ReplabError, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import type { FromLoad, ToLoad } from '../control/load-message.ts';
import { formatDuration } from '../lib/duration.ts';
import { runAnnounced } from './announced.ts';
import type { Recorded } from './report.ts';

// A terminal's signals are not meant for it.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const stopped = new AbortController();
process.on('SIGTERM', () => stopped.abort());
process.on('disconnect', () => process.exit(exitCodes.notFound));

function tell(message: FromLoad): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

type Start = ToLoad & { readonly type: 'start' };

const errors = new Map<string, number>();
let acknowledged = false;

async function run({ root, cluster: name, plan }: Start): Promise<void> {
  const cluster = await openCluster({ name, root });
  let begun = { id: '', event: 0 };
  await runAnnounced(cluster, plan, {
    signal: stopped.signal,
    onBegin: (id, event) => (begun = { id, event }),
    onDone({ operation, code }: Recorded) {
      if (code !== null) errors.set(code, (errors.get(code) ?? 0) + 1);
      if (acknowledged || operation.outcome !== 'ok') return;
      acknowledged = true;
      void tell({ type: 'acknowledged', ...begun });
    },
  });
  cluster.close();
  if (!acknowledged) throw nothingAcknowledged(null);
}

/** Null: it came to its end. */
function nothingAcknowledged(withinMs: number | null): ReplabError {
  const met = [...errors].map(([code, count]) => `${count} ${code}`).join(', ');
  return new ReplabError('timeout', {
    what: 'The first acknowledged operation',
    within: withinMs === null ? 'the load' : formatDuration(withinMs),
    detail: met === '' ? 'no operation was over' : `operations met: ${met}`,
  });
}

async function fail(error: unknown): Promise<void> {
  const { code, facts } = toReplabError(error);
  if (code !== 'timeout') console.error(error);
  await tell({ type: 'failed', code, facts });
}

async function main(message: Start): Promise<void> {
  try {
    await run(message);
    process.exit(exitCodes.ok);
  } catch (error) {
    await fail(error);
    process.exit(exitCodes.internal);
  }
}

function giveUp(withinMs: number): void {
  if (acknowledged) return;
  void fail(nothingAcknowledged(withinMs));
  stopped.abort();
}

if (!process.connected) {
  console.error('This is started by `replab load --background`.');
  process.exit(exitCodes.usage);
}
process.on('message', (message: ToLoad) => {
  if (message.type === 'give-up') giveUp(message.withinMs);
  else void main(message);
});
