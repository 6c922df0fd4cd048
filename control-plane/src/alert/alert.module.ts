import { Module } from '@nestjs/common';
import { Watcher } from './watcher.js';

@Module({ providers: [Watcher] })
export class AlertModule {}
