import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { DestinationModule } from '../destination/destination.module.js';
import { JobModule } from '../job/job.module.js';
import { ModelModule } from '../model/model.module.js';
import { SourceModule } from '../source/source.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { AgentCheck } from './agent-check.js';
import { ConfigurationEditor } from './configuration-editor.js';
import { ConfigurationResolver } from './configuration.resolver.js';
import { ConfigurationService } from './configuration.service.js';
import { EntryReader } from './entry-reader.js';
import { entryResolvers } from './entry.resolver.js';
import { EntryService } from './entry.service.js';
import { VersionResolver } from './version.resolver.js';
import { VersionService } from './version.service.js';

@Module({
  imports: [CatalogModule, SourceModule, DestinationModule, ModelModule, SyncModule, JobModule],
  providers: [
    AgentCheck,
    ConfigurationEditor,
    ConfigurationService,
    VersionService,
    EntryReader,
    EntryService,
    ...entryResolvers,
    ConfigurationResolver,
    VersionResolver,
  ],
})
export class ConfigurationModule {}
