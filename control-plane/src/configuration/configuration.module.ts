import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { RunModule } from '../run/run.module.js';
import { ConfigurationResolver } from './configuration.resolver.js';
import { ConfigurationService } from './configuration.service.js';

@Module({
  imports: [CatalogModule, RunModule],
  providers: [ConfigurationService, ConfigurationResolver],
})
export class ConfigurationModule {}
