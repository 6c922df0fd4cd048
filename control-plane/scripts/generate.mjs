// Writes the database client into src/database/generated. The Prisma command would fetch an engine from the network, which
// this one needs for nothing: any existing file in its place keeps it from trying.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const schema = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: schema,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};
const { status } = spawnSync('prisma', ['generate', '--schema', schema], { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
