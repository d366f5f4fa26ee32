-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "folded" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "visible_text" TEXT;

-- CreateTable
CREATE TABLE "contents" (
    "sha256" BYTEA NOT NULL,
    "bytes" INTEGER NOT NULL,
    "raw" BYTEA,
    "scan" TEXT NOT NULL DEFAULT 'unscanned',
    "scan_reason" TEXT,
    "scanned_at" TIMESTAMPTZ(3),
    "scan_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "contents_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "attachments" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "sha256" BYTEA NOT NULL,
    "filename" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "inline" BOOLEAN NOT NULL,
    "content_id" TEXT,
    "source" TEXT NOT NULL,

    CONSTRAINT "attachments_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "attachments_message_id_position_idx" ON "attachments"("message_id", "position");

-- CreateIndex
CREATE INDEX "attachments_sha256_idx" ON "attachments"("sha256");

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "contents"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "contents"
  ADD CONSTRAINT "contents_scan" CHECK ("scan" IN ('unscanned', 'clean', 'infected', 'failed'));
ALTER TABLE "attachments"
  ADD CONSTRAINT "attachments_source" CHECK ("source" IN ('part', 'message', 'tnef', 'smime', 'uuencode', 'yenc'));
CREATE INDEX "contents_due" ON "contents" ("scan_at") WHERE "scan_at" IS NOT NULL;

-- messages.attachments stays as it is for what was filed until now: its files were never stored, they are in the letter.
