import { freePort } from '@drawbridge/local/free-port.js';
import type { ContractRecord } from '../../testing/destination-contract.js';
import { fileDestinationContract } from '../../testing/file-contract.js';
import type { FileServer } from '../../testing/file-contract.js';
import { openS3Fixture, s3Tries } from '../../testing/s3-bucket.js';
import s3 from './index.js';

fileDestinationContract(s3, async (): Promise<FileServer> => {
  const { bucket, reader, settings, secrets, close } = await openS3Fixture();
  const isFile = (method: string, key: string): boolean =>
    method === 'PUT' && key.endsWith('.ndjson');
  const root = (object: string): string => `out/${object.replace('/{run}', '')}/`;
  let objects = 0;
  return {
    settings,
    secrets,
    absent: { ...settings, endpoint: `http://127.0.0.1:${await freePort()}` },
    wrongSecrets: { ...secrets, secretAccessKey: 'wrong' },
    makeObject: () => ({
      name: `object-${++objects}/{run}`,
      options: { format: 'ndjson', compression: 'none' },
    }),
    records: async (object) => {
      const records = new Map<string, ContractRecord>();
      for (const { manifest, bodies } of await reader.datasets(root(object))) {
        if (manifest.content === 'result') records.clear();
        for (const body of bodies)
          for (const line of body.toString().split('\n').slice(0, -1)) apply(records, line);
      }
      return [...records].toSorted(([x], [y]) => (x < y ? -1 : 1)).map(([, each]) => each);
    },
    files: async (object) => (await reader.keys(root(object))).length,
    cut: (when) =>
      bucket.moods.push({ fits: isFile, times: s3Tries, does: when === 'after' ? 'lose' : 'cut' }),
    hold: () =>
      new Promise((held) => {
        const fits = (method: string, key: string): boolean => {
          if (isFile(method, key)) held();
          return isFile(method, key);
        };
        bucket.moods.push({ fits, times: 1, does: 'hang' });
      }),
    close,
  };
});

function apply(records: Map<string, ContractRecord>, line: string): void {
  const { _operation, ...row } = JSON.parse(line) as Record<string, string | number | null>;
  const { region, id, name, score } = row;
  const key = `${region} ${id}`;
  if (_operation === 'removed') records.delete(key);
  else
    records.set(key, {
      region: String(region),
      id: String(id),
      name: name === null ? null : String(name),
      score: score === null ? null : String(score),
    });
}
