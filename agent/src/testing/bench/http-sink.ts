// A receiver for the benchmark, in a process of its own: reads each request to its end, counts, answers 200.
// Prints its port when it listens; GET tells and resets what it has counted.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let requests = 0;
let bytes = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ requests, bytes }));
    requests = bytes = 0;
    return;
  }
  requests += 1;
  request.on('data', (part: Buffer) => void (bytes += part.length));
  request.on('end', () => response.end('{}'));
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
);
// Ends with whoever started it.
process.stdin.on('close', () => process.exit(0)).resume();
