// One side of the http benchmark. Each message makes it send its rows once; it answers with the time that took.
import { cases } from './http-case.js';
import { openBare } from './http-bare.js';
import { openOurs } from './http-ours.js';
import { serveAsSide } from './side.js';

const [side = '', name = '', sinkUrl = '', directory = ''] = process.argv.slice(2);
const of = cases.find((each) => each.name === name);
if (!of) throw new Error(`There is no case "${name}".`);
const contender = side === 'ours' ? await openOurs(of, sinkUrl, directory) : openBare(of, sinkUrl);

serveAsSide(contender);
