import { Module } from '@nestjs/common';
import { DeliveryService } from './delivery.service.js';
import { resolveBySystem } from './post.js';
import { resolveKey, Sender } from './sender.js';
import { WebhookRounds } from './webhook-rounds.js';
import { WebhookResolver } from './webhook.resolver.js';
import { WebhookService } from './webhook.service.js';

@Module({
  providers: [
    { provide: resolveKey, useValue: resolveBySystem },
    DeliveryService,
    Sender,
    WebhookRounds,
    WebhookService,
    WebhookResolver,
  ],
})
export class WebhookModule {}
