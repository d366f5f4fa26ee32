-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "digest_id" UUID,
ADD COLUMN     "digest_line" JSONB;

-- CreateTable
CREATE TABLE "mail_budgets" (
    "address" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(6)[],
    "tickets" UUID[],
    "waiting" UUID[] DEFAULT ARRAY[]::UUID[],
    "digest_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 0,
    "passed" UUID,

    CONSTRAINT "mail_budgets_pkey" PRIMARY KEY ("address")
);

-- CreateTable
CREATE TABLE "mail_paces" (
    "scope" TEXT NOT NULL,
    "spent_until" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "mail_paces_pkey" PRIMARY KEY ("scope")
);

-- CreateIndex
CREATE INDEX "deliveries_digest_id_idx" ON "deliveries"("digest_id");

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_digest_id_fkey" FOREIGN KEY ("digest_id") REFERENCES "deliveries"("id") ON DELETE SET NULL ON UPDATE CASCADE NOT VALID;
ALTER TABLE "deliveries" VALIDATE CONSTRAINT "deliveries_digest_id_fkey";

-- Few among many: digests that are due, and what they are to say.
CREATE INDEX "mail_budgets_digests" ON "mail_budgets" ("digest_at") WHERE "digest_at" IS NOT NULL;
CREATE INDEX "deliveries_for_digest" ON "deliveries" ("to_address", "id") WHERE "digest_line" IS NOT NULL;
