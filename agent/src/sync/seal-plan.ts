import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import { bareFingerprint, keptNames, macSql } from './hashing.js';
import { valueColumn } from './mapping.js';
import { rowsOf } from './plan.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';
import { asParquet, parquet } from './work-files.js';

/** Where no values may rest in the bucket: gives the parts of a plan the form that may. */
export async function sealPlan(run: Run, planned: Plan): Promise<void> {
  const { shape, duck, tools } = run;
  if (shape.mac === undefined) return;
  const [mac = '', ...keys] = keptNames(shape).map(valueColumn).toReversed();
  const columns = `ord, klo, khi, rh, ${[...keys.toReversed(), `${macSql(shape)} as ${mac}`].join(', ')}`;
  const write = async (select: string, name: string): Promise<string> => {
    const file = join(tools.workDir, `${name}.parquet`);
    await duck.run(`copy (${select}) to ${quoteText(file)} ${asParquet}`);
    return file;
  };
  const told = (from: string): string =>
    `select * replace (${bareFingerprint('rh')} as rh) from (${from})`;
  for (const part of planned.parts) {
    const kept = await write(`select ${columns} from ${rowsOf(part)}`, `kept-${part.change}`);
    const bare = told(`select * from ${parquet([kept])}`);
    part.sealed = { kept, told: await write(bare, `told-${part.change}`) };
  }
  for (const left of planned.leftOut) {
    const bare = told(`select ${columns} from ${rowsOf(left)}`);
    left.files = [await write(bare, `told-left-${left.change}-${left.outcome}`)];
  }
}
