-- Each takes about a second per million tickets, in which tickets cannot be written. Letters are taken meanwhile.
CREATE INDEX "tickets_mailbox_id_created_at_idx" ON "tickets"("mailbox_id", "created_at" DESC);
CREATE INDEX "tickets_assignee_id_created_at_idx" ON "tickets"("assignee_id", "created_at" DESC);

-- What is looked for among all and is rare: tickets somebody still has to do something about, and priorities that were chosen.
CREATE INDEX "tickets_open" ON "tickets" ("assignee_id", "created_at" DESC) WHERE "status" <> 'solved' AND "status" <> 'closed';
CREATE INDEX "tickets_chosen_priority" ON "tickets" ("priority", "created_at" DESC) WHERE "priority" <> 'normal';

-- How common a word is: search goes another way for common ones (services/web/src/reads/search.ts). The planner does not
-- look at the statistics of an index on part of a table, and without the true cost of the function it reads messages to
-- compare their words where an index would have told.
CREATE STATISTICS "messages_words" ON (search_words("text")) FROM "messages";
CREATE STATISTICS "tickets_words" ON (search_words("subject")) FROM "tickets";
CREATE STATISTICS "participants_words" ON (search_words("name" || ' ' || "address")) FROM "participants";
CREATE STATISTICS "attachments_words" ON (search_words("filename")) FROM "attachments";
ALTER FUNCTION search_words(text) COST 2000;
ANALYZE "messages", "tickets", "participants", "attachments";
