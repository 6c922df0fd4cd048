import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { makeAsk } from './api.js';
import type { Answer, Command, Context, Given } from './command.js';
import { serverFrom } from './config.js';
import { CliFailure } from './failure.js';
import { makeProgram } from './program.js';

/** Where a command reads its settings and says what it has to say. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  out: Writable;
  err: Writable & { isTTY?: boolean };
}

/** The command line from its arguments (without `node` and the script) to its exit code. Throws only what is our mistake. */
export async function runCommandLine(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  let exitCode = 0;
  const program = makeProgram(async (command, given) => {
    exitCode = await perform(command, given, surroundings);
  }, surroundings);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return exitCodeOf(error);
  }
}

async function perform(command: Command, given: Given, around: Surroundings): Promise<number> {
  const isJson = given.options.json === true;
  const context = contextOf(around);
  try {
    return await say(await command.act(given, context), isJson, around.out);
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    const { code, message, exitCode } = error;
    context.live('');
    context.note(`${message} (${code})`);
    return say({ json: { error: { code, message } }, lines: [], exitCode }, isJson, around.out);
  }
}

function contextOf({ env, err }: Surroundings): Context {
  return {
    ask: () => makeAsk(serverFrom(env)),
    note: (line) => void err.write(`${line}\n`),
    live: (line) => {
      if (err.isTTY) err.write(`\r\u001B[K${line}`);
    },
  };
}

async function say(answer: Answer, isJson: boolean, out: Writable): Promise<number> {
  const { json, lines, stream, exitCode = 0 } = answer;
  const said = isJson ? [JSON.stringify(json, null, 2)] : lines;
  if (stream) await pour(stream, out);
  else if (said.length > 0) out.write(`${said.join('\n')}\n`);
  return exitCode;
}

/** No faster than whoever reads takes it: a log may be larger than our memory. */
async function pour(lines: AsyncIterable<string>, out: Writable): Promise<void> {
  for await (const line of lines) if (!out.write(`${line}\n`)) await once(out, 'drain');
}

/** Commander has said what is wrong, or printed the help that was asked for. */
function exitCodeOf(error: CommanderError): number {
  const wasAskedFor = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
  return wasAskedFor ? 0 : 2;
}
