// Preloaded into a program (`node --import`) that a memory cage shall hold.
import { writeFileSync } from 'node:fs';

writeFileSync(process.env['BENCH_CAGE'] ?? '', String(process.pid));
