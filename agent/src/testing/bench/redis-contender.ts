// One side of the Redis benchmark. Each message makes it send its rows once; it answers with the time that took.
import { openBare } from './redis-bare.js';
import { cases } from './redis-case.js';
import { openOurs } from './redis-ours.js';
import { serveAsSide } from './side.js';

const [side = '', name = '', port = '', directory = ''] = process.argv.slice(2);
const of = cases.find((each) => each.name === name);
if (!of) throw new Error(`There is no case "${name}".`);
serveAsSide(
  side === 'ours' ? await openOurs(of, Number(port), directory) : openBare(of, Number(port)),
);
