-- AlterTable
ALTER TABLE "inbound_mail" ADD COLUMN     "addressees" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "participants" ADD COLUMN     "added_from_message_id" UUID;

-- CreateIndex
CREATE INDEX "participants_added_from_message_id_idx" ON "participants"("added_from_message_id");

-- AddForeignKey
ALTER TABLE "participants" ADD CONSTRAINT "participants_added_from_message_id_fkey" FOREIGN KEY ("added_from_message_id") REFERENCES "messages"("id") ON DELETE SET NULL ON UPDATE CASCADE;
