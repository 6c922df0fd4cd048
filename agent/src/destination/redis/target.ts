import type {
  Batch,
  LastCheck,
  OperationKind,
  Outcome,
  Target,
  TargetRequest,
} from '../../connector/destination.js';
import { unlessAborted } from '../../connector/unless-aborted.js';
import { Failure } from '../../failure.js';
import { assertDocuments } from './document.js';
import { lacksCommand, rejected } from './failures.js';
import type { Server } from './server.js';
import type { Reply } from './line.js';
import { shapeOf } from './objects.js';
import type { Ask } from './resp.js';
import type { Shape } from './shape.js';

/** Takes a batch as one pipeline, with one command a row. */
export class RedisTarget implements Target {
  readonly maxRows = 1_000;
  readonly maxBytes = 1 << 20;
  /** While the server works on one pipeline, the next ones are written and on their way. */
  readonly concurrency = 4;
  private readonly shape: Shape;
  private readonly lastCheck: LastCheck;

  private constructor(
    private readonly server: Server,
    { shape, lastCheck }: { shape: Shape; lastCheck: LastCheck },
  ) {
    this.shape = shape;
    this.lastCheck = lastCheck;
  }

  /** CONFIG for a sync that can't be done, or that the user may not do. */
  static async open(request: TargetRequest, server: Server): Promise<RedisTarget> {
    const shape = shapeOf(request);
    await server.call('PING');
    if (request.object === 'document') await assertDocuments(server);
    for (const [name, ...rest] of shape.laterCommands)
      await server.call(name, nowhere, ...rest).catch(stopIfLacking);
    return new RedisTarget(server, { shape, lastCheck: request.lastCheck });
  }

  /** Every command says what is to be, and not by how much it changes. */
  isRepeatable(): boolean {
    return true;
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    signal.throwIfAborted();
    const asked = this.shape.asksOf(batch);
    const asks = asked.filter((each): each is Ask => !(each instanceof Failure));
    const sent = asks.length > 0 ? this.server.send(asks, this.lastCheck) : Promise.resolve([]);
    const replies = await unlessAborted(sent, signal);
    stopIfAllFailed(replies);
    let n = 0;
    return asked.map((each) =>
      this.outcomeOf(each instanceof Failure ? each : replies[n++], batch.kind),
    );
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private outcomeOf(reply: Reply, kind: OperationKind): Outcome {
    if (!(reply instanceof Failure)) return this.shape.outcomeOf(reply, kind);
    return { kind: 'rejected', failure: ofRow(reply) };
  }
}

/** No row is ever called so. */
const nowhere = 'drawbridge:nothing';

function stopIfLacking(error: unknown): void {
  if (!(error instanceof Failure) || lacksCommand(error)) throw error;
}

/** What every command met says nothing of a single row. */
function stopIfAllFailed(replies: readonly Reply[]): void {
  const [first] = replies;
  if (!(first instanceof Failure) || first.kind === 'REJECTED') return;
  if (replies.every((reply) => reply instanceof Failure && reply.code === first.code)) throw first;
}

/** What would stop a run, but was said of some rows alone: a user may write some keys and not others. */
function ofRow(failure: Failure): Failure {
  if (failure.kind === 'REJECTED' || failure.kind === 'TRANSIENT') return failure;
  const { vendorCode, detail = '' } = failure;
  return rejected({ vendorCode, detail });
}
