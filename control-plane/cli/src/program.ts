import type { Writable } from 'node:stream';
import { Command as Program } from 'commander';
import type { Command, Given } from './command.js';
import { agents } from './command/agents.js';
import { alerts } from './command/alerts.js';
import { audit } from './command/audit.js';
import { channels } from './command/channels.js';
import { discover } from './command/discover.js';
import { enrollToken } from './command/enroll-token.js';
import { exportConfiguration } from './command/export.js';
import { keys } from './command/keys.js';
import { pause, resume } from './command/pause.js';
import { apply, plan } from './command/plan.js';
import { rotateKey } from './command/rotate-key.js';
import { approve, cancel, release, run, show } from './command/run.js';
import { schedule } from './command/schedule.js';
import { runs } from './command/runs.js';
import { restore, versions } from './command/versions.js';
import { usage } from './command/usage.js';
import { validate } from './command/validate.js';
import { workspace } from './command/workspace.js';

import { version } from './version.js';

export const commands: readonly Command[] = [
  validate,
  plan,
  apply,
  exportConfiguration,
  versions,
  restore,
  run,
  runs,
  schedule,
  show,
  approve,
  release,
  cancel,
  pause,
  resume,
  discover,
  agents,
  alerts,
  enrollToken,
  rotateKey,
  usage,
  workspace,
  audit,
  channels,
  keys,
];

const environment = `
Environment:
  DRAWBRIDGE_URL    the control plane (default: http://localhost:3000)
  DRAWBRIDGE_TOKEN  an API key of the workspace

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a run that did not send every row or waits for a person.`;

/** Does what a command says and tells the outcome. */
export type Perform = (command: Command, given: Given) => Promise<void>;

interface Streams {
  out: Writable;
  err: Writable;
}

export function makeProgram(perform: Perform, { out, err }: Streams): Program {
  const program = new Program('drawbridge')
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
    })
    .description(
      'Moves rows from your warehouse into the tools that need them, from inside your network.',
    )
    .version(version)
    .exitOverride()
    .addHelpText('after', environment);
  for (const command of commands) addCommand(program, command, perform);
  return program;
}

function addCommand(program: Program, command: Command, perform: Perform): void {
  const added = program
    .command(command.usage)
    .description(command.summary)
    .option('--json', 'print one JSON document')
    .addHelpText('after', exampleText(command))
    // Commander passes the arguments, the last of them perhaps a list, then the options, then itself.
    .action((...given: unknown[]) =>
      perform(command, {
        args: given.slice(0, -2).flat() as string[],
        options: given.at(-2) as Given['options'],
      }),
    );
  for (const [flags, summary, byDefault] of command.options ?? [])
    added.option(flags, summary, byDefault);
}

function exampleText({ example, moreExamples = [] }: Command): string {
  const title = moreExamples.length > 0 ? 'Examples' : 'Example';
  return [`\n${title}:`, ...[example, ...moreExamples].map((line) => `  $ ${line}`)].join('\n');
}
