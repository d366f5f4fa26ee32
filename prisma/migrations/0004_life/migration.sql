-- AlterTable
ALTER TABLE "inbound_mail" ADD COLUMN     "answered" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "closed_at" TIMESTAMPTZ(3),
ADD COLUMN     "scheduled_for" TIMESTAMPTZ(3),
ADD COLUMN     "solved_at" TIMESTAMPTZ(3),
ADD COLUMN     "successor_id" UUID;

-- CreateIndex
CREATE INDEX "messages_message_id_idx" ON "messages" USING HASH ("message_id");

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_successor_id_fkey" FOREIGN KEY ("successor_id") REFERENCES "tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Since when is not known of those solved until now: their last change is as near as it gets.
UPDATE "tickets" SET "solved_at" = "updated_at" WHERE "status" IN ('solved', 'closed');
UPDATE "tickets" SET "closed_at" = "updated_at" WHERE "status" = 'closed';

-- What timers and successors look for: few among many.
CREATE INDEX "tickets_solved" ON "tickets" ("mailbox_id", "solved_at") WHERE "status" = 'solved';
CREATE INDEX "tickets_scheduled" ON "tickets" ("scheduled_for") WHERE "status" = 'scheduled';
CREATE INDEX "tickets_successor" ON "tickets" ("successor_id") WHERE "successor_id" IS NOT NULL;
