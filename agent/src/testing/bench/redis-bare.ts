import { Redis } from 'ioredis';
import { textsOf } from '../../connector/lines.js';
import { fields, key, linesOfRows, recordsOfRows } from './http-rows.js';
import type { RedisCase } from './redis-case.js';
import type { Contender } from './side.js';

const pipelined = 1_000;
const atOnce = 4;

/**
 * A bare ioredis loop: records in memory, pipelines of a thousand commands, four on their way. Hashes are lists of names and
 * texts already; JSON is made of records as it goes.
 */
export function openBare(of: RedisCase, port: number): Contender {
  const words = of.object === 'hash' ? hashesOfRows(of.rows) : undefined;
  const records = words ? [] : recordsOfRows(of.rows);
  return {
    send: async () => {
      const redis = new Redis(port, '127.0.0.1');
      let at = 0;
      const work = async (): Promise<void> => {
        while (at < of.rows) {
          const from = at;
          at += pipelined;
          const pipeline = redis.pipeline();
          for (let n = from; n < Math.min(at, of.rows); n += 1)
            if (words) pipeline.hset(`people:${n}`, ...(words[n] ?? []));
            else pipeline.set(`people:${n}`, JSON.stringify(records[n]));
          for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      redis.disconnect();
    },
  };
}

function hashesOfRows(count: number): string[][] {
  const columns = [...key, ...fields];
  return textsOf(linesOfRows(count)).map((texts) =>
    columns.flatMap(({ name, type }, n) => {
      const text = texts[n] ?? null;
      if (text === null) return [];
      return [name, type === 'boolean' ? String(text === 't') : text];
    }),
  );
}
