import { Module } from '@nestjs/common';
import { TrailResolver } from './trail.resolver.js';
import { TrailService } from './trail.service.js';

@Module({ providers: [TrailService, TrailResolver], exports: [TrailService] })
export class TrailModule {}
