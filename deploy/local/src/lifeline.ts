// Preloaded into every program that we start (`node --import`). Our end of its standard input is the lifeline: the
// kernel closes it whichever way we end, `kill -9` included, and the program then stops by itself.
import { isMainThread } from 'node:worker_threads';

const patienceMs = 10_000;

// A program's threads have it preloaded, too, and a standard input of their own that means nothing.
if (isMainThread) {
  process.stdin.on('close', stop).on('error', stop).resume();
  if ('unref' in process.stdin) process.stdin.unref();
}

function stop(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), patienceMs).unref();
}
