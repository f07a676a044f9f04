import type { Socket } from 'node:net';

/** What one read of a socket brings at most (libuv). */
export const readBytes = 64 * 1024;

/**
 * Both sides of a link. Nagle's algorithm would make 44 ms of 1.5; half-open, since FIN passes each way on
 * its own. With a mark of 1 a paused socket stops after one read and `writableNeedDrain` means "the kernel
 * did not take it all"; the default of 64 KiB would read that much more behind a pause.
 */
export const socketOptions = { noDelay: true, allowHalfOpen: true, highWaterMark: 1 } as const;

/** True while the kernel has not taken all that was written; `drain` follows. */
export function isBlocked(socket: Socket): boolean {
  return socket.writableNeedDrain && socket.writableLength > 0;
}

/**
 * RST at once: what was written and has not left is lost. A socket that is still connecting just goes. One
 * whose FIN is leaving goes right after it: Node 24 answers a reset then with EINVAL and never closes.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else if (socket.writableEnded && !socket.writableFinished && socket.writableLength === 0) {
    socket.once('finish', () => socket.resetAndDestroy());
  } else socket.resetAndDestroy();
}
