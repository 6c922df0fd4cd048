import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ProviderResolver } from './provider.resolver.js';
import { ProviderService } from './provider.service.js';
import { SetUpService } from './set-up.service.js';
import { WorkspaceResolver } from './workspace.resolver.js';
import { WorkspaceService } from './workspace.service.js';

@Module({
  imports: [AuthModule],
  providers: [WorkspaceService, WorkspaceResolver, SetUpService, ProviderService, ProviderResolver],
})
export class WorkspaceModule {}
