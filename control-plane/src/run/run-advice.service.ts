import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Batch } from '../batch.js';
import { CatalogService } from '../catalog/catalog.service.js';
import type { RunProblem } from './run-report.js';
import type { RunError } from './run.model.js';

interface Advice {
  title: string;
  advice: string;
}

/** What a person can do about codes that are the control plane's own; agents ship the rest with their catalog. */
const ownAdvice: Readonly<Record<string, Advice>> = {
  'job.parked': {
    title: 'No agent could finish this run',
    advice:
      'Four times an agent took it and fell silent. Look at their logs and their memory limits, then release the run or cancel it.',
  },
  'job.not_offerable': {
    title: 'This sync can not be sent to an agent',
    advice: 'It is too large with its query and mapping. Shorten them, apply, and run it again.',
  },
  'job.agent_too_old': {
    title: 'The agent does not know this yet',
    advice:
      'Nothing was sent. The sync, or how it was run, uses what came after this version of the agent. Install the current one in its pool and run it again.',
  },
  'run.approval_expired': {
    title: 'Nobody approved it in a day',
    advice:
      'The schedule has planned anew, from the rows as they are now. Approve that run if its counts are right.',
  },
  'run.superseded': {
    title: 'The sync was changed while this waited',
    advice: 'What it planned is no longer what the sync says. Run the sync again.',
  },
  'job.wrong_report': {
    title: 'The agent answered with something else',
    advice: 'Agent and control plane do not fit together. Bring the agent to the current version.',
  },
};

@Injectable()
export class RunAdviceService {
  private readonly ofRequest = new Batch((caller: Caller, lists: readonly Problems[]) =>
    this.explainAll(caller.workspaceId, lists),
  );

  constructor(private readonly catalog: CatalogService) {}

  async explain(workspaceId: string, problems: Problems): Promise<RunError[]> {
    const known = await this.catalog.adviceFor(workspaceId, problems);
    return problems.map(({ code, vendorCode, count, errorId }, at) => {
      const { title = null, advice = null } = known[at] ?? ownAdvice[code] ?? {};
      return { code, vendorCode, count, errorId, title, advice };
    });
  }

  /** Together with what else the request asks at this moment. */
  explainWith(caller: Caller, problems: Problems): Promise<RunError[]> {
    return this.ofRequest.of(caller, problems);
  }

  private async explainAll(workspaceId: string, lists: readonly Problems[]): Promise<RunError[][]> {
    const all = await this.explain(workspaceId, lists.flat());
    return lists.map(({ length }) => all.splice(0, length));
  }
}

type Problems = readonly RunProblem[];
