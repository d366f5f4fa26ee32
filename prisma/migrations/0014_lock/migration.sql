-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "locked_at" TIMESTAMPTZ(3);

-- A lock is its assignee's, and ends with the work. Not validated while writers wait: no row can have one yet.
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_lock"
  CHECK ("locked_at" IS NULL OR ("assignee_id" IS NOT NULL AND "status" NOT IN ('solved', 'closed'))) NOT VALID;
ALTER TABLE "tickets" VALIDATE CONSTRAINT "tickets_lock";
