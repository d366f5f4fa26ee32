-- Words with the time of their ticket before them, so that the newest are found without reading all: the first 18 bits of
-- a ticket's id, which is time-ordered, are the same for twelve days. Of a very long word the beginning is searched.
-- Takes about two minutes per million messages, in which messages cannot be written. Letters are taken meanwhile.
CREATE FUNCTION search_terms(ticket uuid, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
  RETURN (SELECT coalesce(array_to_tsvector(array_agg(left(ticket::text, 4) || translate(substr(ticket::text, 5, 1), '1235679abdef', '000444888ccc') || left(word, 500))), '') FROM unnest(tsvector_to_array(search_words(words))) AS word);

SET maintenance_work_mem = '512MB';
DROP INDEX "messages_search";
CREATE INDEX "messages_search" ON "messages" USING gin (search_terms("ticket_id", "text")) WHERE "text" <> '';
DROP INDEX "tickets_search";
CREATE INDEX "tickets_search" ON "tickets" USING gin (search_terms("id", "subject")) WHERE "subject" <> '';
DROP INDEX "participants_search";
CREATE INDEX "participants_search" ON "participants" USING gin (search_terms("ticket_id", "name" || ' ' || "address")) WHERE "name" <> '';
RESET maintenance_work_mem;

-- How common a word is, search finds out by looking: these are not asked any more.
DROP STATISTICS "messages_words", "tickets_words", "participants_words", "attachments_words";
