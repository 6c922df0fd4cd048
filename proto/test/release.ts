/**
 * Keeps a release's wire for ever: one frame of every body, and the image that later schemas are
 * compared with. Run in proto/, before the release: `node test/release.ts 0.2.0`. Frames that are there
 * stay as they are: agents that say them are still out there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { toJson } from '@bufbuild/protobuf';
import * as proto from '../dist/index.js';
import { agentBodies, controlBodies } from '../dist/testing/sample-frames.js';

const release = process.argv[2];
if (!release) throw new Error('Name the release, such as 0.2.0.');
const folder = new URL(`golden/${release}/`, import.meta.url);
if (existsSync(folder)) throw new Error(`The frames of ${release} are written already.`);
mkdirSync(folder, { recursive: true });

for (const [name, body] of Object.entries(agentBodies))
  write(
    `agent-${name}`,
    proto.AgentFrameSchema,
    proto.encodeAgentFrame({ seq: 5n, ack: 2n, body }),
  );
for (const [name, body] of Object.entries(controlBodies))
  write(
    `control-${name}`,
    proto.ControlFrameSchema,
    proto.encodeControlFrame({ seq: 5n, ack: 2n, body }),
  );

const here = new URL('.', import.meta.url).pathname;
execFileSync('buf', ['build', '--exclude-source-info', '-o', `${here}released.binpb`], {
  cwd: `${here}..`,
  stdio: 'inherit',
});

function write(
  name: string,
  schema: typeof proto.AgentFrameSchema | typeof proto.ControlFrameSchema,
  encoded: proto.Encoded,
): void {
  if (encoded.kind === 'invalid') throw new Error(`${name}: ${encoded.problem} ${encoded.where}`);
  const decode =
    schema === proto.AgentFrameSchema ? proto.decodeAgentFrame : proto.decodeControlFrame;
  const decoded = decode(encoded.bytes);
  if (decoded.kind === 'invalid') throw new Error(`${name}: ${decoded.problem} ${decoded.where}`);
  writeFileSync(new URL(`${name}.bin`, folder), encoded.bytes);
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify(toJson(schema, decoded.frame as never), null, 2)}\n`,
  );
}
