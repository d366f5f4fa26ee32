-- AlterTable
ALTER TABLE "agents" ADD COLUMN     "notify" TEXT NOT NULL DEFAULT 'all';
ALTER TABLE "agents" ADD CONSTRAINT "agents_notify" CHECK ("notify" IN ('all', 'mine', 'none'));

-- The address of the first administrator is made up.
UPDATE "agents" SET "notify" = 'none' WHERE "email" = 'admin@localhost';

-- CreateTable
CREATE TABLE "mailbox_agents" (
    "mailbox_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,

    CONSTRAINT "mailbox_agents_pkey" PRIMARY KEY ("mailbox_id","agent_id")
);

-- CreateTable
CREATE TABLE "agent_seats" (
    "ticket_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL CONSTRAINT "agent_seats_purpose" CHECK ("purpose" IN ('reply', 'note')),
    "serial" BIGINT NOT NULL DEFAULT nextval('participants_serial_seq'::regclass),

    CONSTRAINT "agent_seats_pkey" PRIMARY KEY ("ticket_id","agent_id","purpose")
);

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "agent_id" UUID;

-- CreateIndex
CREATE INDEX "mailbox_agents_agent_id_idx" ON "mailbox_agents"("agent_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_seats_serial_key" ON "agent_seats"("serial");

-- CreateIndex
CREATE INDEX "agent_seats_agent_id_idx" ON "agent_seats"("agent_id");

-- AddForeignKey
ALTER TABLE "mailbox_agents" ADD CONSTRAINT "mailbox_agents_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mailbox_agents" ADD CONSTRAINT "mailbox_agents_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_seats" ADD CONSTRAINT "agent_seats_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_seats" ADD CONSTRAINT "agent_seats_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
