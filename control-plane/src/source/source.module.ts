import { Module } from '@nestjs/common';
import { SourceResolver } from './source.resolver.js';
import { SourceService } from './source.service.js';

@Module({ providers: [SourceService, SourceResolver], exports: [SourceService] })
export class SourceModule {}
