import { Module } from '@nestjs/common';
import { ModelResolver } from './model.resolver.js';
import { ModelService } from './model.service.js';

@Module({ providers: [ModelService, ModelResolver], exports: [ModelService] })
export class ModelModule {}
