import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { JobModule } from '../job/job.module.js';
import { AgentCheck } from './agent-check.js';
import { ConfigurationEditor } from './configuration-editor.js';
import { ConfigurationResolver } from './configuration.resolver.js';
import { ConfigurationService } from './configuration.service.js';
import { VersionResolver } from './version.resolver.js';
import { VersionService } from './version.service.js';

@Module({
  imports: [CatalogModule, JobModule],
  providers: [
    AgentCheck,
    ConfigurationEditor,
    ConfigurationService,
    VersionService,
    ConfigurationResolver,
    VersionResolver,
  ],
})
export class ConfigurationModule {}
