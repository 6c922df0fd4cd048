import { Module } from '@nestjs/common';
import { AgentUpdates } from './agent-updates.js';
import { AgentResolver } from './agent.resolver.js';
import { AgentService } from './agent.service.js';
import { EnrollmentService } from './enrollment.service.js';
import { PoolResolver } from './pool.resolver.js';
import { PresenceRounds } from './presence-rounds.js';
import { PresenceService } from './presence.service.js';
import { RotationService } from './rotation.service.js';

@Module({
  providers: [
    AgentService,
    AgentUpdates,
    EnrollmentService,
    PresenceService,
    PresenceRounds,
    RotationService,
    AgentResolver,
    PoolResolver,
  ],
  exports: [AgentService, EnrollmentService, PresenceService, RotationService],
})
export class AgentModule {}
