// The bucket of a benchmark, in a process of its own as a real one is. Prints its port when it listens.
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';

const port = await freePort();
const [directory = ''] = process.argv.slice(2);
await openBucket({ directory, port, accessKeyId: 'bench', secretAccessKey: 'bench-secret' });
process.stdout.write(`${port}\n`);
// Ends with whoever started it.
process.stdin.on('close', () => process.exit(0)).resume();
