import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { JobModule } from '../job/job.module.js';
import { Conversation } from './conversation.js';
import { Dispatcher } from './dispatcher.js';
import { FrameService } from './frame.service.js';
import { Gateway } from './gateway.js';
import { Greeter } from './greeter.js';
import { LiveSessions } from './live-sessions.js';

@Module({
  imports: [AgentModule, CatalogModule, JobModule],
  providers: [Gateway, Conversation, Greeter, FrameService, Dispatcher, LiveSessions],
})
export class GatewayModule {}
