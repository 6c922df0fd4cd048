import { Module } from '@nestjs/common';
import { ChannelRounds } from './channel-rounds.js';
import { ChannelTestService } from './channel-test.service.js';
import { ChannelResolver } from './channel.resolver.js';
import { ChannelService } from './channel.service.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatch, resolveKey } from './dispatch.js';
import { resolveBySystem } from '../outbound/guarded-request.js';
import { Sender } from './sender.js';

@Module({
  providers: [
    { provide: resolveKey, useValue: resolveBySystem },
    ChannelRounds,
    ChannelTestService,
    ChannelService,
    DeliveryService,
    Dispatch,
    Sender,
    ChannelResolver,
  ],
})
export class ChannelModule {}
