import type { ScreenResult } from '../commands/command.ts';
import type { ViewName } from '../commands/watch.ts';
import { diffCluster } from '../client/diff-cluster.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import { Model } from './model.ts';
import { painterOf } from './painter.ts';
import type { Size } from './scene.ts';

/** One frame of a view, as text: what there is no more of than fits, without the keys. */
export async function frameOnce(
  { cluster, options }: ScreenResult,
  size: Size,
  colour: boolean,
): Promise<string> {
  try {
    const snapshot = await cluster.freshSnapshot();
    const model = new Model({
      snapshot,
      view: options.view as ViewName,
      ascii: options.ascii,
      painter: painterOf(colour),
      size,
      nowMs: 0,
    });
    const events: ClusterEvent[] = [];
    const onItem = (event: ClusterEvent): void => void events.push(event);
    await cluster.request('events', { after: 0, follow: false }, { onItem });
    model.add(events);
    if (options.view === 'keys') model.compared({ kind: 'read', diff: await diffCluster(snapshot) });
    // Without its last two lines, which are for keys.
    return model.frame().slice(0, -2).join('\n').trimEnd();
  } finally {
    cluster.close();
  }
}
