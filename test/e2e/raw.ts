import { createConnection, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare connection to `127.0.0.1:41001`; whatever becomes of it is no error of the test. */
export function raw(address: string): Socket {
  const [host, port] = address.split(':');
  const socket = createConnection(Number(port), host);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sends, and answers with all that comes until the other side closes. */
export function talk(socket: Socket, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    socket.setEncoding('utf8');
    socket.on('data', (data) => (said += String(data)));
    socket.once('close', () => resolve(said));
    socket.write(bytes);
  });
}
