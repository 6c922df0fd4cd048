import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountModule } from './account/account.module.js';
import { AgentModule } from './agent/agent.module.js';
import { AlertModule } from './alert/alert.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { ChannelModule } from './channel/channel.module.js';
import type { Config } from './config.js';
import { ConfigurationModule } from './configuration/configuration.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DestinationModule } from './destination/destination.module.js';
import { EventModule } from './event/event.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { AppErrorFilter } from './http/app-error.filter.js';
import { graphqlModule } from './http/graphql.module.js';
import { JobModule } from './job/job.module.js';
import { MailModule } from './mail/mail.module.js';
import { MemberModule } from './member/member.module.js';
import { ModelModule } from './model/model.module.js';
import { PauseModule } from './pause/pause.module.js';
import { RestModule } from './rest/rest.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RunModule } from './run/run.module.js';
import { SchedulerModule } from './scheduler/scheduler.module.js';
import { SourceModule } from './source/source.module.js';
import { SyncModule } from './sync/sync.module.js';
import { TrailModule } from './trail/trail.module.js';
import { UsageModule } from './usage/usage.module.js';
import { WorkspaceModule } from './workspace/workspace.module.js';

/** From the ground up; nothing imports what stands below it in this list. */
export const rooms = [
  EventModule,
  MailModule,
  AccountModule,
  AuthModule,
  WorkspaceModule,
  MemberModule,
  RetentionModule,
  TrailModule,
  ChannelModule,
  AgentModule,
  CatalogModule,
  SourceModule,
  DestinationModule,
  ModelModule,
  SyncModule,
  RunModule,
  UsageModule,
  JobModule,
  PauseModule,
  AlertModule,
  RestModule,
  ConfigurationModule,
  SchedulerModule,
  GatewayModule,
];

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [DatabaseModule.with(config), graphqlModule, ...rooms],
      providers: [{ provide: APP_FILTER, useClass: AppErrorFilter }],
    };
  }
}
