-- AlterTable
ALTER TABLE "contents" ADD COLUMN     "scan_tries" INTEGER NOT NULL DEFAULT 0;

-- Filed before files were stored and text was folded, or by an older version meanwhile: none among many.
CREATE INDEX "messages_underived" ON "messages" ("id") WHERE "visible_text" IS NULL AND "mail_id" IS NOT NULL;
