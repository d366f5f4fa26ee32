-- In the order in which transactions began, and only once no older one is left: whoever follows the events then misses
-- none, although ids are given out before they are committed. Events until now share the transaction that adds the column.
ALTER TABLE "ticket_events" ADD COLUMN     "xact" xid8 NOT NULL DEFAULT pg_current_xact_id();

-- CreateIndex
CREATE INDEX "ticket_events_xact_id_idx" ON "ticket_events"("xact", "id");
