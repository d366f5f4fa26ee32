-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "end_customer_visible" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "message_recipients" (
    "message_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,

    CONSTRAINT "message_recipients_pkey" PRIMARY KEY ("message_id","participant_id")
);

-- CreateIndex
CREATE INDEX "message_recipients_participant_id_idx" ON "message_recipients"("participant_id");

-- AddForeignKey
ALTER TABLE "message_recipients" ADD CONSTRAINT "message_recipients_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_recipients" ADD CONSTRAINT "message_recipients_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participants"("id") ON DELETE CASCADE ON UPDATE CASCADE;
