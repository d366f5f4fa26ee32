-- AlterTable
ALTER TABLE "inbound_mail" ADD COLUMN     "keep_until" TIMESTAMPTZ(3),
ADD COLUMN     "unanswered" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "mail_events" ADD COLUMN     "was" JSONB;

-- CreateTable
CREATE TABLE "unproved_mail" (
    "id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "mailbox_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unproved_mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "unproved_mail_address_at_idx" ON "unproved_mail"("address", "at");

-- CreateIndex
CREATE INDEX "unproved_mail_mailbox_id_at_idx" ON "unproved_mail"("mailbox_id", "at");

-- CreateIndex
CREATE INDEX "inbound_mail_message_id_idx" ON "inbound_mail" USING HASH ("message_id");

-- CreateIndex
CREATE INDEX "mail_events_type_at_idx" ON "mail_events"("type", "at" DESC);

-- Letters whose bytes will go, and letters whose bytes are a file: few among many.
CREATE INDEX "inbound_mail_keep_until" ON "inbound_mail" ("keep_until") WHERE "keep_until" IS NOT NULL;
CREATE INDEX "inbound_mail_files" ON "inbound_mail" ("raw_sha256") WHERE "raw" IS NULL AND "raw_sha256" IS NOT NULL;

-- What was given up by our own fault stays until staff have decided.
UPDATE "inbound_mail" SET "keep_until" = "received_at" + interval '30 days'
WHERE "disposition" IN ('held', 'quarantined', 'suppressed') AND "raw_sha256" IS NOT NULL
  AND "reason" NOT LIKE 'It could not be filed:%';
