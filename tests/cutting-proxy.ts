import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy before PACT that hands requests on, and cuts the connection of some before their answer comes back. */
export interface CuttingProxy {
  /** Of PACT, by way of the proxy. */
  apiUrl: string;
  /** Requests that PACT answered: methods and paths. */
  answered: string[];
  /** The next answers are not handed on, so many of them. */
  cut(count: number): void;
  /** Breaks every connection, and refuses new ones until it is started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startCuttingProxy(apiUrl: string): Promise<CuttingProxy> {
  const { origin, pathname } = new URL(apiUrl);
  const answered: string[] = [];
  let toCut = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request(`${origin}${url}`, { method: method!, headers }, (answer) => {
      answered.push(`${method} ${url}`);
      if (toCut > 0) {
        toCut -= 1;
        // PACT is done with it; nobody hears.
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
      outgoing.on('close', () => answer.destroy());
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}${pathname}`,
    answered,
    cut: (count) => (toCut = count),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    start: () => listen(port),
  };
}
