-- CreateTable
CREATE TABLE "legacy_systems" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "patterns" JSONB NOT NULL,
    "samples" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "legacy_systems_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "legacy_tickets" (
    "system_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,

    CONSTRAINT "legacy_tickets_pkey" PRIMARY KEY ("system_id","number")
);

-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "legacy_number" TEXT,
ADD COLUMN     "legacy_system_id" UUID,
ADD COLUMN     "merged_into_id" UUID,
ADD COLUMN     "spam" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "home_ticket_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "legacy_systems_name_key" ON "legacy_systems"("name");

-- CreateIndex
CREATE INDEX "legacy_tickets_organization_id_idx" ON "legacy_tickets"("organization_id");

-- AddForeignKey
ALTER TABLE "legacy_tickets" ADD CONSTRAINT "legacy_tickets_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "legacy_systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legacy_tickets" ADD CONSTRAINT "legacy_tickets_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_merged_into_id_fkey" FOREIGN KEY ("merged_into_id") REFERENCES "tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_legacy_system_id_fkey" FOREIGN KEY ("legacy_system_id") REFERENCES "legacy_systems"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_home_ticket_id_fkey" FOREIGN KEY ("home_ticket_id") REFERENCES "tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What is looked for by them: few among many.
CREATE INDEX "tickets_legacy" ON "tickets" ("legacy_number", "legacy_system_id") WHERE "legacy_number" IS NOT NULL;
CREATE INDEX "tickets_merged" ON "tickets" ("merged_into_id") WHERE "merged_into_id" IS NOT NULL;
CREATE INDEX "tickets_deleted" ON "tickets" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "messages_home" ON "messages" ("home_ticket_id") WHERE "home_ticket_id" IS NOT NULL;

-- Whoever changes a ticket, by whatever statement: two agents must not overwrite each other unknowingly.
-- (\x3b is the semicolon, at which the engine that runs migrations would split the statement.)
CREATE FUNCTION count_ticket_version() RETURNS trigger LANGUAGE plpgsql AS
  E'BEGIN NEW.version := OLD.version + 1\x3b RETURN NEW\x3b END';
CREATE TRIGGER tickets_version BEFORE UPDATE ON "tickets" FOR EACH ROW EXECUTE FUNCTION count_ticket_version();
