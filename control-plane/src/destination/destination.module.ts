import { Module } from '@nestjs/common';
import { DestinationResolver } from './destination.resolver.js';
import { DestinationService } from './destination.service.js';

@Module({ providers: [DestinationService, DestinationResolver], exports: [DestinationService] })
export class DestinationModule {}
