import { Module } from '@nestjs/common';
import { PauseResolver } from './pause.resolver.js';
import { PauseService } from './pause.service.js';

@Module({ providers: [PauseService, PauseResolver] })
export class PauseModule {}
