import { Module } from '@nestjs/common';
import { JobModule } from '../job/job.module.js';
import { RunModule } from '../run/run.module.js';
import { TrailModule } from '../trail/trail.module.js';
import { RestRunService } from './rest-run.service.js';

@Module({
  imports: [RunModule, JobModule, TrailModule],
  providers: [RestRunService],
})
export class RestModule {}
