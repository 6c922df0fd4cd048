import { Module } from '@nestjs/common';
import { JobModule } from '../job/job.module.js';
import { Scheduler } from './scheduler.js';
import { SchedulerService } from './scheduler.service.js';

@Module({ imports: [JobModule], providers: [SchedulerService, Scheduler] })
export class SchedulerModule {}
