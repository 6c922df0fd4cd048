import { Module } from '@nestjs/common';
import { RunModule } from '../run/run.module.js';
import { Scheduler } from './scheduler.js';
import { SchedulerService } from './scheduler.service.js';

@Module({ imports: [RunModule], providers: [SchedulerService, Scheduler] })
export class SchedulerModule {}
