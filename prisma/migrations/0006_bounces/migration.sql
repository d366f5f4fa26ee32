-- AlterTable
ALTER TABLE "delivery_attempts" ADD COLUMN     "mail_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "delivery_attempts_mail_id_key" ON "delivery_attempts"("mail_id");

-- AddForeignKey
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "inbound_mail"("id") ON DELETE SET NULL ON UPDATE CASCADE;
