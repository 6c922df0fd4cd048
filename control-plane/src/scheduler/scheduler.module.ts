import { Module } from '@nestjs/common';
import { DatabaseTime } from '../database/database-time.js';
import { JobModule } from '../job/job.module.js';
import { MissedRounds } from './missed-rounds.js';
import { Scheduler } from './scheduler.js';
import { SlotHistoryService } from './slot-history.service.js';
import { SyncSlotsResolver } from './sync-slots.resolver.js';
import { SchedulerService } from './scheduler.service.js';

@Module({
  imports: [JobModule],
  providers: [
    DatabaseTime,
    SchedulerService,
    Scheduler,
    MissedRounds,
    SlotHistoryService,
    SyncSlotsResolver,
  ],
})
export class SchedulerModule {}
