import { Module } from '@nestjs/common';
import { Forgetter } from './forgetter.js';

@Module({ providers: [Forgetter] })
export class EventModule {}
