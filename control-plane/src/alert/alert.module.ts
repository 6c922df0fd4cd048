import { Module } from '@nestjs/common';
import { AlertResolver } from './alert.resolver.js';
import { AlertService } from './alert.service.js';
import { Watcher } from './watcher.js';

@Module({ providers: [AlertService, AlertResolver, Watcher] })
export class AlertModule {}
