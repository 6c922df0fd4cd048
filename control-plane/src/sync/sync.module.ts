import { Module } from '@nestjs/common';
import { SyncResolver } from './sync.resolver.js';
import { SyncService } from './sync.service.js';

@Module({ providers: [SyncService, SyncResolver], exports: [SyncService] })
export class SyncModule {}
