#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { agentPackage, buildAgent } from './build-agent.js';
import { readConfig } from './config.js';
import { overviewOf, overviewText } from './connector/overview.js';
import { loadRegistry } from './connector/registry.js';
import { crashAt } from './crash-point.js';
import { examine } from './doctor/examine.js';
import { entryOf, lineOf } from './doctor/finding.js';
import { failureOf } from './failure.js';
import { addLogCommands } from './log/command.js';
import { Logger } from './logger.js';
import { addPolicyCommand } from './policy/command.js';
import { openConnection } from './session/connection.js';
import { EnrollmentTokens } from './session/enrollment-tokens.js';
import { enrolOn } from './session/handshake.js';
import { leaveThrough } from './proxy.js';
import { keeperOf } from './session/identity-keeper.js';
import { Identity } from './session/identity.js';
import type { Enrolment } from './session/identity.js';

const environment = `
Environment:
  DRAWBRIDGE_URL               the control plane, wss://… (ws:// only on this machine)
  DRAWBRIDGE_IDENTITY          file:/path or k8s-secret:namespace/name[/entry], where the agent keeps its key and id
  DRAWBRIDGE_ENROLLMENT_TOKEN  single use, for the first start; several, with commas between, for the replicas of a pool
  DRAWBRIDGE_ENROLLMENT_TOKEN_FILE  a file that holds it, instead
  DRAWBRIDGE_BUCKET            s3://bucket/prefix, with the AWS SDK's own variables
  DRAWBRIDGE_WORK_DIR          a folder for this agent alone
  DRAWBRIDGE_CACHE_DIR         default <work dir>/cache
  DRAWBRIDGE_MEMORY_MIB        for all jobs together, default 2048
  DRAWBRIDGE_CONCURRENCY       jobs at a time, 1 to 64, default 4
  DRAWBRIDGE_DRAIN_SECONDS     how long a stop may take until running jobs are given up, default 25
  DRAWBRIDGE_HASH_KEY          env:NAME or file:/path of a secret, for syncs with snapshots: hashed
  DRAWBRIDGE_DISCOVERY         off: names of tables, columns and objects are not told to who configures a sync; default on
  DRAWBRIDGE_POLICY            a file that says what jobs may do, whatever the control plane says; see policy check --help
  DRAWBRIDGE_METRICS_PORT      /healthz, /readyz and /metrics; none unless set
  HTTPS_PROXY, NO_PROXY        a forward proxy, with NODE_USE_ENV_PROXY=1
  NODE_EXTRA_CA_CERTS          a file of authorities to trust beside the public ones
  LOG_LEVEL                    trace, debug, info (default), warn, error, fatal

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

function makeProgram(): Command {
  const program = new Command('drawbridge-agent')
    .description('Runs syncs inside your network, on the word of a Drawbridge control plane.')
    .version(agentPackage.version)
    .exitOverride()
    .addHelpText('after', environment);
  add(program, 'start', 'connect, and work until stopped; SIGTERM drains', start);
  add(program, 'enroll', 'register this agent with a single-use token, and stop', enroll);
  add(program, 'doctor', 'check everything the agent needs, and say what to do', doctor).option(
    '--config <dir>',
    'a folder of YAML whose sources and destinations are tried as well',
  );
  add(
    program,
    'connectors',
    'list what this agent can read and write, with versions and what each can do',
    connectors,
  );
  addLogCommands(program);
  addPolicyCommand(program);
  return program;
}

const examples: Readonly<Record<string, string>> = {
  start:
    'DRAWBRIDGE_URL=wss://app.example.com DRAWBRIDGE_IDENTITY=file:/data/identity … drawbridge-agent start',
  enroll: 'DRAWBRIDGE_ENROLLMENT_TOKEN=dbe_… drawbridge-agent enroll',
  doctor: 'drawbridge-agent doctor --config ./drawbridge --json',
  connectors: 'drawbridge-agent connectors --json',
};

type Options = { json?: boolean };

function add(
  program: Command,
  name: string,
  summary: string,
  act: (options: Options) => Promise<void>,
): Command {
  return program
    .command(name)
    .description(summary)
    .option('--json', 'print one JSON document where there is something to print')
    .addHelpText('after', `\nExample:\n  $ ${examples[name] ?? name}`)
    .action((options: Options) => act(options));
}

async function start(): Promise<void> {
  const config = readConfig();
  if (config.crash) crashAt(config.crash);
  const logger = new Logger(config.logLevel);
  // Node would print the error, and an error's text may quote a row.
  const crash = (error: unknown): void => {
    logger.failure('agent.failed', failureOf(error));
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    const agent = await buildAgent({ config, registry: await loadRegistry(), logger });
    await agent.run(stopping.signal);
  } catch (error) {
    logger.failure('agent.failed', failureOf(error));
    throw error;
  }
}

async function enroll({ json }: Options): Promise<void> {
  const { url, enrollmentTokens, identity: place, proxy } = readConfig();
  leaveThrough(proxy);
  const identity = await Identity.open(keeperOf(place));
  const enrolment = await enrolAt(url, identity, new EnrollmentTokens(enrollmentTokens));
  const { agentId, pool } = enrolment;
  say(json ? JSON.stringify(enrolment) : `Enrolled as agent ${agentId} in pool "${pool}".`);
}

async function enrolAt(
  url: string,
  identity: Identity,
  tokens: EnrollmentTokens,
): Promise<Enrolment> {
  const connection = await openConnection(url, AbortSignal.timeout(60_000));
  try {
    return (await enrolOn(connection, { identity, tokens })).enrolment;
  } catch (error) {
    if (!tokens.passOver(failureOf(error))) throw error;
    return await enrolAt(url, identity, tokens);
  } finally {
    connection.close();
  }
}

async function doctor({ json, config: connections }: Options & { config?: string }): Promise<void> {
  const findings = await examine({ registry: await loadRegistry(), connections });
  if (json) say(JSON.stringify(findings.map(entryOf), null, 2));
  else for (const finding of findings) say(lineOf(finding));
  if (findings.some(({ state }) => state === 'broken')) process.exitCode = 1;
}

async function connectors({ json }: Options): Promise<void> {
  const all = overviewOf(await loadRegistry(), agentPackage);
  say(json ? JSON.stringify(all, null, 2) : overviewText(all, agentPackage));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Commander has said what is wrong, or printed the help that was asked for. */
function exitCodeOf(error: CommanderError): number {
  const wasAskedFor = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
  return wasAskedFor ? 0 : 2;
}

try {
  await makeProgram().parseAsync();
  process.exit();
} catch (error) {
  if (error instanceof CommanderError) process.exit(exitCodeOf(error));
  const { message, code } = failureOf(error);
  process.stderr.write(`${message} (${code})\n`);
  process.exit(1);
}
