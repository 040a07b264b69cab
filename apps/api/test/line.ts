import {
  connect as connectSocket,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from 'node:net';

/** The way to a server, which a test can cut and mend. */
export interface Line {
  port: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function lineTo(target: URL): Promise<Line> {
  const open = new Set<Socket>();
  const forward = (near: Socket) => {
    const far = connectSocket(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  };
  let server: Server;
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server = createSocketServer(forward).listen(port, '127.0.0.1', () => {
        resolve((server.address() as { port: number }).port);
      });
    });
  const port = await listen(0);
  return {
    port,
    cut: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: async () => void (await listen(port)),
  };
}
