-- CreateTable
CREATE TABLE "uploads" (
    "id" UUID NOT NULL,
    "sha256" BYTEA NOT NULL,
    "filename" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "by" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "uploads_sha256_idx" ON "uploads"("sha256");

-- CreateIndex
CREATE INDEX "uploads_created_at_idx" ON "uploads"("created_at");

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "contents"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What staff attach is of no letter.
ALTER TABLE "attachments" DROP CONSTRAINT "attachments_source";
ALTER TABLE "attachments"
  ADD CONSTRAINT "attachments_source" CHECK ("source" IN ('part', 'message', 'tnef', 'smime', 'uuencode', 'yenc', 'upload')) NOT VALID;
ALTER TABLE "attachments" VALIDATE CONSTRAINT "attachments_source";
