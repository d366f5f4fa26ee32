-- A reply changes its ticket's row. With room for the new one on the same page, none of the dozen indexes of tickets has to
-- be told (HOT). Without, a reply to an old ticket cost half as much again as to a new one. New pages only: old ones get
-- room as their tickets change.
ALTER TABLE "tickets" SET (fillfactor = 80);
