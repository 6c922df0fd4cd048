// The thread that Snowflake's driver lives in. Its settings are global, it keeps an event loop busy for seconds, it logs to
// stdout and asks the cloud where it runs: here none of that reaches anybody else, and whoever waits for it in vain ends
// the thread. One thread, one session; each question is answered by its number.
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { travelBy } from '../../../connector/journey.js';
import type { Passport } from '../../../connector/journey.js';
import { prepareEnvironment } from './config.js';
import type { Answers, Ask, Asked, More, Results, Told, Trouble } from './protocol.js';
import { linesOf } from './read.js';
import { resultOf } from './result.js';
import type { Asking } from './result.js';
import { DriverSession } from './session.js';
import { troubleOf } from './trouble.js';

/** Pieces that the reader may not have taken yet; each is some 1 MiB. */
const mostAhead = 4;

const port = parentPort as MessagePort;
// Not before anything can be asked, so that nothing is opened before.
const journey = workerData ? await travelBy(workerData as Passport) : undefined;
const stop = new AbortController();
let asking: Asking | undefined;
/** What the reader has not taken yet. */
const ahead = { pieces: 0, roomAgain: (): void => undefined };

port.on('message', (message: Asked | More) => {
  if ('more' in message) {
    ahead.pieces -= message.more;
    ahead.roomAgain();
  } else
    void answerOrRefusal(message).then(
      (value) => tell({ id: message.id, value }),
      (error: unknown) => tell({ id: message.id, trouble: refusedOnTheWay() ?? troubleOf(error) }),
    );
});

/** The driver tries for long what is refused for good. */
function answerOrRefusal(asked: Asked): Promise<Results[Ask]> {
  const answered = answer(asked);
  if (!journey || asked.ask === 'close') return answered;
  const refused = journey.refused.then((failure) => Promise.reject(failure));
  return Promise.race([answered, refused]);
}

/** What the driver says of a socket that was not opened is not why. */
function refusedOnTheWay(): Trouble | undefined {
  const { code, detail = '' } = journey?.refusal ?? {};
  return code === undefined ? undefined : { kind: 'policy', code, sqlState: '', text: detail };
}

function tell(told: Told, transfer: ArrayBuffer[] = []): void {
  port.postMessage(told, transfer);
}

async function answer(asked: Asked): Promise<Results[Ask]> {
  switch (asked.ask) {
    case 'signIn':
      return signIn(asked);
    case 'run':
      return there().session.run(asked.sql);
    case 'describe':
      return there().session.describe(asked.sql);
    case 'finish':
      return finish(asked.sql);
    case 'read':
      return read(asked);
    case 'close':
      return close();
  }
}

async function signIn({ signIn: options, patience }: Answers['signIn']): Promise<undefined> {
  const session = await DriverSession.signIn(await loadDriver(), options);
  asking = { session, accessUrl: options.accessUrl ?? '', patience, signal: stop.signal };
  return undefined;
}

/** Not before the environment is as it should be: the driver looks at it while it is loaded. */
async function loadDriver() {
  prepareEnvironment();
  const { default: driver } = await import('snowflake-sdk');
  const quiet = (): void => undefined;
  driver.configure({
    logLevel: 'OFF',
    additionalLogToConsole: false,
    customLogger: { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet },
    disableOCSPChecks: true,
    // The driver's own would run a value that is no JSON as a program.
    jsonColumnVariantParser: (text: string) => text,
    xmlColumnVariantParser: (text: string) => text,
  });
  return driver;
}

function there(): Asking {
  if (!asking) throw new Error('Nobody has signed in.');
  return asking;
}

async function read({ id, sql, columns }: Extract<Asked, { ask: 'read' }>): Promise<number> {
  const lines = linesOf(await there().session.start(sql), columns, there());
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return value;
    if (value.length > 0) await hand(id, value);
  }
}

/** Hands a piece over, and waits until there is room for another one. */
async function hand(id: number, piece: Uint8Array<ArrayBuffer>): Promise<void> {
  tell({ id, piece }, [piece.buffer]);
  ahead.pieces += 1;
  while (ahead.pieces >= mostAhead) {
    await new Promise<void>((resolve) => (ahead.roomAgain = resolve));
    stop.signal.throwIfAborted();
  }
}

async function finish(sql: string): Promise<Results['finish']> {
  const { rowtype, rowset } = await resultOf(await there().session.start(sql), there());
  return rowset.map((row) => Object.fromEntries(rowtype.map(({ name }, n) => [name, row[n]])));
}

async function close(): Promise<undefined> {
  stop.abort();
  ahead.roomAgain();
  await asking?.session.cancel();
  await asking?.session.end();
  return undefined;
}
