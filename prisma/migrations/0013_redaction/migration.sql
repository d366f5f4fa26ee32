-- AlterTable
ALTER TABLE "contacts" ADD COLUMN     "former_addresses" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "redacted_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "redactions" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "redacted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "privacy_acts" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "address" TEXT,
    "pseudonym" TEXT,
    "by" JSONB NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "counts" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "privacy_acts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "privacy_acts_at_id_idx" ON "privacy_acts"("at" DESC, "id" DESC);

ALTER TABLE "privacy_acts" ADD CONSTRAINT "privacy_acts_kind" CHECK ("kind" IN ('export', 'erasure'));
