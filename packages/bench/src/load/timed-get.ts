/** One kept-alive HTTP connection that asks one thing at a time, and how long each answer took. */
import { Agent, get } from 'node:http';

export interface TimedAnswer {
  /** From the request to the last byte of the answer. */
  tookUs: number;
  bytes: number;
}

export interface TimedGet {
  /** Rejects when the answer is not 200. */
  ask(path: string): Promise<TimedAnswer>;
  close(): void;
}

export const openTimedGet = (
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
): TimedGet => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (path) =>
      new Promise((resolve, reject) => {
        const startedMs = performance.now();
        const request = get(baseUrl + path, { agent, headers }, (response) => {
          let bytes = 0;
          response.on('data', (chunk: Buffer) => (bytes += chunk.length));
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode !== 200)
              return reject(new Error(`${path} was answered ${response.statusCode}`));
            resolve({ tookUs: Math.round((performance.now() - startedMs) * 1000), bytes });
          });
        });
        request.on('error', reject);
      }),
    close: () => agent.destroy(),
  };
};
