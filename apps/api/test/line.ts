import {
  type AddressInfo,
  connect as connectSocket,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from 'node:net';

/** The way to a server, which a test can make slow, cut and mend. */
export interface Line {
  port: number;
  /** The target's address by way of this line. */
  url: string;
  /** Milliseconds by which everything that the server says comes late. */
  delayMs: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function lineTo(target: string | URL): Promise<Line> {
  const to = new URL(target);
  const open = new Set<Socket>();
  let server: Server;
  const line: Line = { port: 0, url: '', delayMs: 0, cut: async () => {}, mend: async () => {} };
  const forward = (near: Socket) => {
    const far = connectSocket(Number(to.port), to.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk) => {
      if (line.delayMs === 0) near.write(chunk);
      else setTimeout(() => near.write(chunk), line.delayMs);
    });
  };
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server = createSocketServer(forward).listen(port, '127.0.0.1', () => {
        resolve((server.address() as AddressInfo).port);
      });
    });
  const port = await listen(0);
  const url = new URL(to);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return Object.assign(line, {
    port,
    url: url.href,
    cut: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: async () => void (await listen(port)),
  });
}
