import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Objects } from '../bucket/objects.js';
import { citiesOf } from './arrival.js';
import type { Arrival, City } from './arrival.js';

const bucket = 'drawbridge';
const prefix = 'exports/';

interface Manifest {
  files: { name: string }[];
}

/** Reads as anybody who takes the files: finished folders only, oldest first, each file that the manifest names. */
export function filesArrival(home: string): Arrival {
  const objects = new Objects(join(home, 'bucket'));
  return {
    sync: 'cities-to-files',
    what: 'S3, NDJSON files of changes',
    where: join(home, 'bucket', bucket),
    cities: async () => {
      const cities = new Map<unknown, City>();
      for (const folder of await finished(objects))
        for (const line of await linesIn(objects, folder)) {
          const { _operation: operation, ...city } = JSON.parse(line) as City & {
            _operation: 'added' | 'changed' | 'removed';
          };
          if (operation === 'removed') cities.delete(city.id);
          else cities.set(city.id, city);
        }
      return citiesOf(cities.values());
    },
  };
}

/** Their names begin with the time of the run. */
async function finished(objects: Objects): Promise<string[]> {
  const found = await objects.list(bucket, prefix);
  return found
    .filter(({ key }) => key.endsWith('/_SUCCESS'))
    .map(({ key }) => key.slice(0, -'_SUCCESS'.length));
}

async function linesIn(objects: Objects, folder: string): Promise<string[]> {
  const manifest = await bodyOf(objects, `${folder}manifest.json`);
  const { files } = JSON.parse(manifest.toString()) as Manifest;
  const lines: string[] = [];
  for (const { name } of files)
    lines.push(
      ...gunzipSync(await bodyOf(objects, folder + name))
        .toString()
        .split('\n')
        .filter((line) => line !== ''),
    );
  return lines;
}

async function bodyOf(objects: Objects, key: string): Promise<Buffer> {
  const found = await objects.get(bucket, key);
  if (!found) throw new Error(`The bucket has no ${key}.`);
  return found.body;
}
