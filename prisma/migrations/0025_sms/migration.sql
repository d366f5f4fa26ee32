-- CreateTable
CREATE TABLE "texts" (
    "id" UUID NOT NULL,
    "cause" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "to_number" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "parts" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "unclear" INTEGER NOT NULL DEFAULT 0,
    "taken" INTEGER NOT NULL DEFAULT 0,
    "arrived" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ticket_id" UUID NOT NULL,
    "participant_id" UUID NOT NULL,
    "caused_by_message_id" UUID,
    "redacted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "texts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "text_attempts" (
    "id" BIGSERIAL NOT NULL,
    "text_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "outcome" TEXT NOT NULL,
    "answer" TEXT NOT NULL,

    CONSTRAINT "text_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "text_parts" (
    "provider_id" TEXT NOT NULL,
    "text_id" UUID,
    "outcome" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "text_parts_pkey" PRIMARY KEY ("provider_id")
);

-- CreateTable
CREATE TABLE "text_budgets" (
    "number" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3)[],
    "passed" UUID,

    CONSTRAINT "text_budgets_pkey" PRIMARY KEY ("number")
);

-- CreateIndex
CREATE INDEX "texts_created_at_id_idx" ON "texts"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "texts_ticket_id_idx" ON "texts"("ticket_id");

-- CreateIndex
CREATE INDEX "texts_participant_id_idx" ON "texts"("participant_id");

-- CreateIndex
CREATE INDEX "texts_caused_by_message_id_idx" ON "texts"("caused_by_message_id");

-- CreateIndex
CREATE UNIQUE INDEX "texts_cause_to_number_key" ON "texts"("cause", "to_number");

-- CreateIndex
CREATE INDEX "text_attempts_text_id_idx" ON "text_attempts"("text_id");

-- CreateIndex
CREATE INDEX "text_parts_text_id_idx" ON "text_parts"("text_id");

-- AddForeignKey
ALTER TABLE "texts" ADD CONSTRAINT "texts_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "texts" ADD CONSTRAINT "texts_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "texts" ADD CONSTRAINT "texts_caused_by_message_id_fkey" FOREIGN KEY ("caused_by_message_id") REFERENCES "messages"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "text_attempts" ADD CONSTRAINT "text_attempts_text_id_fkey" FOREIGN KEY ("text_id") REFERENCES "texts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "text_parts" ADD CONSTRAINT "text_parts_text_id_fkey" FOREIGN KEY ("text_id") REFERENCES "texts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Closed lists of words (libs/contracts/src/vocabulary.ts).
ALTER TABLE "texts"
  ADD CONSTRAINT "texts_kind" CHECK ("kind" IN ('ticket_opened', 'public_reply', 'solved')),
  ADD CONSTRAINT "texts_state" CHECK ("state" IN ('queued', 'sent', 'delivered', 'failed', 'expired', 'suppressed'));
ALTER TABLE "text_parts"
  ADD CONSTRAINT "text_parts_outcome" CHECK ("outcome" IN ('delivered', 'failed', 'expired'));

-- Few among many: what is due, and receipts that nothing was heard of yet.
CREATE INDEX "texts_due" ON "texts" ("due_at") WHERE "due_at" IS NOT NULL;
CREATE INDEX "text_parts_unknown" ON "text_parts" ("at") WHERE "text_id" IS NULL;
