-- CreateTable
CREATE TABLE "suppressions" (
    "id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "delivery_id" UUID,
    "mail_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lifted_at" TIMESTAMPTZ(3),
    "lifted_by" JSONB,

    CONSTRAINT "suppressions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "suppressions_address_idx" ON "suppressions"("address");

-- CreateIndex
CREATE INDEX "suppressions_created_at_id_idx" ON "suppressions"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "suppressions_delivery_id_idx" ON "suppressions"("delivery_id");

-- CreateIndex
CREATE INDEX "suppressions_mail_id_idx" ON "suppressions"("mail_id");

-- AddForeignKey
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "deliveries"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "inbound_mail"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Closed lists of words (libs/contracts/src/vocabulary.ts).
ALTER TABLE "suppressions"
  ADD CONSTRAINT "suppressions_address_lower" CHECK ("address" = lower("address")),
  ADD CONSTRAINT "suppressions_scope" CHECK ("scope" IN ('all', 'automatic')),
  ADD CONSTRAINT "suppressions_cause" CHECK ("cause" IN ('bounce', 'refusal', 'complaint'));

-- One in force for an address. Every letter that is written looks here.
CREATE UNIQUE INDEX "suppressions_in_force" ON "suppressions" ("address") WHERE "lifted_at" IS NULL;

-- Letters that came back are few among many.
CREATE INDEX "deliveries_bounced" ON "deliveries" ("to_address", "created_at") WHERE "state" = 'bounced';
