-- CreateTable
CREATE TABLE "ticket_links" (
    "ticket_id" UUID NOT NULL,
    "other_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_links_pkey" PRIMARY KEY ("ticket_id","other_id","kind")
);

-- CreateIndex
CREATE INDEX "ticket_links_other_id_idx" ON "ticket_links"("other_id");

-- AddForeignKey
ALTER TABLE "ticket_links" ADD CONSTRAINT "ticket_links_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_links" ADD CONSTRAINT "ticket_links_other_id_fkey" FOREIGN KEY ("other_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Each link once, seen from its earlier end: the words of the other end follow from these.
ALTER TABLE "ticket_links"
  ADD CONSTRAINT "ticket_links_kind" CHECK ("kind" IN ('related', 'followed_up_by', 'split_to')),
  ADD CONSTRAINT "ticket_links_self" CHECK ("ticket_id" <> "other_id");
