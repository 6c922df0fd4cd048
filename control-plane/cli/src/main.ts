import { once } from 'node:events';
import { CommanderError } from 'commander';
import { makeAsk } from './api.js';
import type { Answer, Command, Context, Given } from './command.js';
import { serverFrom } from './config.js';
import { CliFailure } from './failure.js';
import { makeProgram } from './program.js';

const context: Context = {
  ask: () => makeAsk(serverFrom(process.env)),
  note: (line) => void process.stderr.write(`${line}\n`),
  live: (line) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
  },
};

async function perform(command: Command, given: Given): Promise<void> {
  const isJson = given.options.json === true;
  try {
    await say(await command.act(given, context), isJson);
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    const { code, message, exitCode } = error;
    context.live('');
    context.note(`${message} (${code})`);
    await say({ json: { error: { code, message } }, lines: [], exitCode }, isJson);
  }
}

async function say({ json, lines, stream, exitCode = 0 }: Answer, isJson: boolean): Promise<void> {
  const said = isJson ? [JSON.stringify(json, null, 2)] : lines;
  if (stream && !isJson) await pour(stream);
  else if (said.length > 0) process.stdout.write(`${said.join('\n')}\n`);
  process.exitCode = exitCode;
}

/** No faster than whoever reads takes it: a log may be larger than our memory. */
async function pour(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines)
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/** Commander has said what is wrong, or printed the help that was asked for. */
function exitCodeOf(error: CommanderError): number {
  const wasAskedFor = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
  return wasAskedFor ? 0 : 2;
}

try {
  await makeProgram(perform).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = exitCodeOf(error);
}
