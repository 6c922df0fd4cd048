-- A webhook is one kind of channel from now on. Renamed in place: its deliveries and their attempts stay.
ALTER TABLE "Webhook" RENAME TO "Channel";
ALTER TABLE "Channel" RENAME CONSTRAINT "Webhook_pkey" TO "Channel_pkey";
ALTER TABLE "Channel" RENAME CONSTRAINT "Webhook_workspaceId_fkey" TO "Channel_workspaceId_fkey";
ALTER INDEX "Webhook_workspaceId_name_key" RENAME TO "Channel_workspaceId_name_key";
ALTER TABLE "Channel" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'webhook', ADD COLUMN "sealed" BYTEA,
    ADD COLUMN "recipients" TEXT[], ALTER COLUMN "url" DROP NOT NULL;
ALTER TABLE "Delivery" RENAME COLUMN "webhookId" TO "channelId";
ALTER TABLE "Delivery" RENAME CONSTRAINT "Delivery_webhookId_fkey" TO "Delivery_channelId_fkey";
ALTER TABLE "Delivery" ADD COLUMN "recipient" TEXT, ADD COLUMN "topicId" UUID, ADD COLUMN "eventId" BIGINT;
UPDATE "DeliveryAttempt" SET problem = 'channel.' || substr(problem, 9) WHERE problem LIKE 'webhook.%';
CREATE INDEX "Delivery_in_order" ON "Delivery"("channelId", "topicId", "eventId") WHERE ((state = 'waiting'::text) AND ("topicId" IS NOT NULL));
