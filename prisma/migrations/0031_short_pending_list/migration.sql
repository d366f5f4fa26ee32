-- New words wait in a list that every look into the index reads from end to end, and search looks into it once per period.
-- A short one is emptied after some hundred letters.
ALTER INDEX "messages_search" SET (gin_pending_list_limit = 256);
ALTER INDEX "tickets_search" SET (gin_pending_list_limit = 256);
ALTER INDEX "participants_search" SET (gin_pending_list_limit = 256);
