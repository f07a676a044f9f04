import { noDisk, nodeOfDisk } from '../protocol/node-id.ts';
import { formatBallot, formatPosition, type Ballot, type Position } from '../protocol/position.ts';
import type { EpochView, PositionView } from './snapshot.ts';

/** An epoch with its parts as numbers: text does not order (design §15). */
export function epochView(epoch: Ballot): EpochView {
  const node = epoch.disk === noDisk ? null : nodeOfDisk(epoch.disk);
  return { number: epoch.number, node, disk: epoch.disk, text: formatBallot(epoch) };
}

export function positionView(position: Position): PositionView {
  return { ...epochView(position.epoch), index: position.index, text: formatPosition(position) };
}
