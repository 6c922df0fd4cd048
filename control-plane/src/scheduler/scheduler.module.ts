import { Module } from '@nestjs/common';
import { DatabaseTime } from '../database/database-time.js';
import { JobModule } from '../job/job.module.js';
import { MissedRounds } from './missed-rounds.js';
import { Scheduler } from './scheduler.js';
import { SchedulerService } from './scheduler.service.js';

@Module({
  imports: [JobModule],
  providers: [DatabaseTime, SchedulerService, Scheduler, MissedRounds],
})
export class SchedulerModule {}
