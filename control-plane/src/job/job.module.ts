import { Module } from '@nestjs/common';
import { DestinationModule } from '../destination/destination.module.js';
import { RunModule } from '../run/run.module.js';
import { SourceModule } from '../source/source.module.js';
import { ApprovalService } from './approval.service.js';
import { ConnectionLookup } from './connection-lookup.js';
import { ConnectionResolver } from './connection.resolver.js';
import { ConnectionService } from './connection.service.js';
import { JobService } from './job.service.js';
import { ParkedService } from './parked.service.js';
import { Rescuer } from './rescuer.js';
import { RunQueueResolver } from './run-queue.resolver.js';
import { RunQueueService } from './run-queue.service.js';

@Module({
  imports: [SourceModule, DestinationModule, RunModule],
  providers: [
    JobService,
    Rescuer,
    RunQueueService,
    ApprovalService,
    ParkedService,
    RunQueueResolver,
    ConnectionLookup,
    ConnectionService,
    ConnectionResolver,
  ],
  exports: [JobService, RunQueueService],
})
export class JobModule {}
