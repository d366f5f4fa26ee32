-- Words as they are compared: without case and accents, so that whoever types "nejede" or "Nejedé" finds both.
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

-- Immutable as far as nobody changes the rules of unaccent: whoever does has to build the indexes anew. Of a very long text
-- the beginning is searched: an index entry has its limit. Addresses and file names are words, too.
CREATE FUNCTION search_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('pg_catalog.simple', public.unaccent('public.unaccent', translate(left(words, 200000), '@._/+:-', '       ')));

CREATE INDEX "messages_search" ON "messages" USING gin (search_words("text")) WHERE "text" <> '';
CREATE INDEX "tickets_search" ON "tickets" USING gin (search_words("subject")) WHERE "subject" <> '';
CREATE INDEX "participants_search" ON "participants" USING gin (search_words("name" || ' ' || "address")) WHERE "name" <> '';
CREATE INDEX "attachments_search" ON "attachments" USING gin (search_words("filename")) WHERE "filename" <> '';
