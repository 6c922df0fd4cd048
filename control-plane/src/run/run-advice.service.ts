import { Injectable } from '@nestjs/common';
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
  constructor(private readonly catalog: CatalogService) {}

  async explain(workspaceId: string, problems: readonly RunProblem[]): Promise<RunError[]> {
    return Promise.all(
      problems.map(async ({ code, vendorCode, count, errorId }) => {
        const known = await this.catalog.adviceFor(workspaceId, code, vendorCode);
        const { title = null, advice = null } = known ?? ownAdvice[code] ?? {};
        return { code, vendorCode, count, errorId, title, advice };
      }),
    );
  }
}
