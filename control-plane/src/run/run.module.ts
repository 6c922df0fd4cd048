import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { RunAdviceService } from './run-advice.service.js';
import { RunHistoryService } from './run-history.service.js';
import { RunUpdatedResolver } from './run-updated.resolver.js';
import { RunUpdates } from './run-updates.js';
import { RunWait } from './run-wait.js';
import { RunResolver } from './run.resolver.js';
import { SyncRunsResolver } from './sync-runs.resolver.js';

@Module({
  imports: [CatalogModule, SyncModule],
  providers: [
    RunHistoryService,
    RunAdviceService,
    RunUpdates,
    RunWait,
    RunResolver,
    RunUpdatedResolver,
    SyncRunsResolver,
  ],
  exports: [RunHistoryService, RunAdviceService, RunWait],
})
export class RunModule {}
