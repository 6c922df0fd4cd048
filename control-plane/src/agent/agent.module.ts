import { Module } from '@nestjs/common';
import { AgentSessions } from './agent-sessions.js';
import { AgentUpdates } from './agent-updates.js';
import { AgentResolver } from './agent.resolver.js';
import { AgentService } from './agent.service.js';
import { EnrollmentService } from './enrollment.service.js';
import { PoolResolver } from './pool.resolver.js';

@Module({
  providers: [
    AgentService,
    AgentSessions,
    AgentUpdates,
    EnrollmentService,
    AgentResolver,
    PoolResolver,
  ],
  exports: [AgentService, AgentSessions, EnrollmentService],
})
export class AgentModule {}
