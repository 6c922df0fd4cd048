import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { JobModule } from '../job/job.module.js';
import { ConfigurationResolver } from './configuration.resolver.js';
import { ConfigurationService } from './configuration.service.js';

@Module({
  imports: [CatalogModule, JobModule],
  providers: [ConfigurationService, ConfigurationResolver],
})
export class ConfigurationModule {}
