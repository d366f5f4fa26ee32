-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "mailboxes" (
    "id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "policy" TEXT NOT NULL DEFAULT 'contacts',
    "language" TEXT NOT NULL DEFAULT 'en',
    "late_reply" TEXT NOT NULL DEFAULT 'new_linked',
    "close_after" TEXT NOT NULL DEFAULT 'P14D',
    "signature" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mailboxes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'en',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contacts" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "phones" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "language" TEXT,
    "role" TEXT NOT NULL DEFAULT 'member',
    "removed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "contacts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_addresses" (
    "address" TEXT NOT NULL,
    "contact_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "contact_addresses_pkey" PRIMARY KEY ("address")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'agent',
    "language" TEXT NOT NULL DEFAULT 'en',
    "password_hash" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "token_hash" BYTEA NOT NULL,
    "agent_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "inbound_mail" (
    "id" UUID NOT NULL,
    "message_id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "dedupe_key" BYTEA,
    "repeats" INTEGER NOT NULL DEFAULT 0,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "mail_from" TEXT NOT NULL,
    "rcpt_to" TEXT[],
    "mailbox_id" UUID,
    "peer" TEXT NOT NULL,
    "helo" TEXT NOT NULL,
    "tls" TEXT,
    "from_address" TEXT,
    "from_name" TEXT,
    "subject" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "raw" BYTEA,
    "raw_sha256" BYTEA,
    "header" BYTEA,
    "verdict" JSONB NOT NULL,
    "disposition" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "contact_id" UUID,
    "organization_id" UUID,
    "agent_id" UUID,
    "thread_serials" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "authorization_id" UUID,

    CONSTRAINT "inbound_mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail_events" (
    "id" BIGSERIAL NOT NULL,
    "mail_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "by" JSONB NOT NULL,
    "detail" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "mail_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "authorizations" (
    "id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "token_hash" BYTEA,
    "language" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "authorizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "link_pauses" (
    "address" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "link_pauses_pkey" PRIMARY KEY ("address")
);

-- CreateTable
CREATE TABLE "tickets" (
    "id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "subject" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "priority" TEXT NOT NULL DEFAULT 'normal',
    "mailbox_id" UUID NOT NULL,
    "organization_id" UUID,
    "assignee_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tickets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "author" JSONB NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT,
    "attachments" JSONB NOT NULL DEFAULT '[]',
    "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "message_id" TEXT,
    "mail_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "participants" (
    "id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "serial" BIGSERIAL NOT NULL,
    "address" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "added_by" JSONB NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_by" JSONB,
    "removed_at" TIMESTAMPTZ(3),
    "removed_reason" TEXT,

    CONSTRAINT "participants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_events" (
    "id" BIGSERIAL NOT NULL,
    "ticket_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "by" JSONB NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "ticket_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "cause" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "to_address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "envelope_from" TEXT NOT NULL,
    "source" BYTEA NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "ticket_id" UUID,
    "participant_id" UUID,
    "caused_by_message_id" UUID,
    "mail_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "id" BIGSERIAL NOT NULL,
    "delivery_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "outcome" TEXT NOT NULL,
    "smtp" TEXT NOT NULL,

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "sweep_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "done_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "dead_events" (
    "id" UUID NOT NULL,
    "consumer" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "replayed_at" TIMESTAMPTZ(3),

    CONSTRAINT "dead_events_pkey" PRIMARY KEY ("consumer","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "mailboxes_address_key" ON "mailboxes"("address");

-- CreateIndex
CREATE INDEX "contacts_organization_id_idx" ON "contacts"("organization_id");

-- CreateIndex
CREATE INDEX "contact_addresses_contact_id_idx" ON "contact_addresses"("contact_id");

-- CreateIndex
CREATE UNIQUE INDEX "agents_email_key" ON "agents"("email");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "inbound_mail_dedupe_key_key" ON "inbound_mail"("dedupe_key");

-- CreateIndex
CREATE INDEX "inbound_mail_received_at_id_idx" ON "inbound_mail"("received_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "inbound_mail_disposition_received_at_idx" ON "inbound_mail"("disposition", "received_at" DESC);

-- CreateIndex
CREATE INDEX "inbound_mail_authorization_id_idx" ON "inbound_mail"("authorization_id");

-- CreateIndex
CREATE INDEX "mail_events_mail_id_idx" ON "mail_events"("mail_id");

-- CreateIndex
CREATE UNIQUE INDEX "authorizations_token_hash_key" ON "authorizations"("token_hash");

-- CreateIndex
CREATE INDEX "authorizations_address_opened_at_idx" ON "authorizations"("address", "opened_at");

-- CreateIndex
CREATE UNIQUE INDEX "tickets_number_key" ON "tickets"("number");

-- CreateIndex
CREATE INDEX "tickets_created_at_number_idx" ON "tickets"("created_at" DESC, "number" DESC);

-- CreateIndex
CREATE INDEX "tickets_status_created_at_idx" ON "tickets"("status", "created_at" DESC);

-- CreateIndex
CREATE INDEX "tickets_organization_id_created_at_idx" ON "tickets"("organization_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "messages_mail_id_key" ON "messages"("mail_id");

-- CreateIndex
CREATE INDEX "messages_ticket_id_created_at_idx" ON "messages"("ticket_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "participants_serial_key" ON "participants"("serial");

-- CreateIndex
CREATE INDEX "participants_address_idx" ON "participants"("address");

-- CreateIndex
CREATE UNIQUE INDEX "participants_ticket_id_address_key" ON "participants"("ticket_id", "address");

-- CreateIndex
CREATE INDEX "ticket_events_ticket_id_id_idx" ON "ticket_events"("ticket_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_message_id_key" ON "deliveries"("message_id");

-- CreateIndex
CREATE INDEX "deliveries_created_at_id_idx" ON "deliveries"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "deliveries_ticket_id_idx" ON "deliveries"("ticket_id");

-- CreateIndex
CREATE INDEX "deliveries_mail_id_idx" ON "deliveries"("mail_id");

-- CreateIndex
CREATE INDEX "deliveries_caused_by_message_id_idx" ON "deliveries"("caused_by_message_id");

-- CreateIndex
CREATE INDEX "deliveries_participant_id_idx" ON "deliveries"("participant_id");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_cause_to_address_key" ON "deliveries"("cause", "to_address");

-- CreateIndex
CREATE INDEX "delivery_attempts_delivery_id_idx" ON "delivery_attempts"("delivery_id");

-- CreateIndex
CREATE INDEX "outbox_sweep_at_idx" ON "outbox"("sweep_at");

-- CreateIndex
CREATE INDEX "inbox_done_at_idx" ON "inbox"("done_at");

-- AddForeignKey
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_addresses" ADD CONSTRAINT "contact_addresses_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "inbound_mail" ADD CONSTRAINT "inbound_mail_authorization_id_fkey" FOREIGN KEY ("authorization_id") REFERENCES "authorizations"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mail_events" ADD CONSTRAINT "mail_events_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "inbound_mail"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailboxes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "inbound_mail"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "participants" ADD CONSTRAINT "participants_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_events" ADD CONSTRAINT "ticket_events_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_participant_id_fkey" FOREIGN KEY ("participant_id") REFERENCES "participants"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_caused_by_message_id_fkey" FOREIGN KEY ("caused_by_message_id") REFERENCES "messages"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "inbound_mail"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Ticket numbers are six digits from the start, so that they look alike and sort alike.
ALTER SEQUENCE "tickets_number_seq" RESTART WITH 100001;

-- Closed lists of words (libs/contracts/src/vocabulary.ts). Adding a word is a migration that replaces its CHECK.
ALTER TABLE "mailboxes"
  ADD CONSTRAINT "mailboxes_address_lower" CHECK ("address" = lower("address")),
  ADD CONSTRAINT "mailboxes_policy" CHECK ("policy" IN ('contacts', 'confirm', 'quarantine', 'open')),
  ADD CONSTRAINT "mailboxes_late_reply" CHECK ("late_reply" IN ('new_linked', 'notice'));
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_role" CHECK ("role" IN ('member', 'manager', 'partner', 'end_customer'));
ALTER TABLE "contact_addresses" ADD CONSTRAINT "contact_addresses_lower" CHECK ("address" = lower("address"));
ALTER TABLE "agents"
  ADD CONSTRAINT "agents_email_lower" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "agents_role" CHECK ("role" IN ('agent', 'admin'));
ALTER TABLE "inbound_mail"
  ADD CONSTRAINT "inbound_mail_kind" CHECK ("kind" IN ('letter', 'auto_generated', 'auto_reply', 'bounce', 'list', 'loop')),
  ADD CONSTRAINT "inbound_mail_disposition" CHECK ("disposition" IN ('admitted', 'held', 'quarantined', 'refused', 'suppressed'));
ALTER TABLE "tickets"
  ADD CONSTRAINT "tickets_status" CHECK ("status" IN ('queued', 'in_progress', 'waiting', 'scheduled', 'solved', 'closed')),
  ADD CONSTRAINT "tickets_priority" CHECK ("priority" IN ('low', 'normal', 'high', 'urgent'));
ALTER TABLE "messages"
  ADD CONSTRAINT "messages_kind" CHECK ("kind" IN ('inbound', 'reply', 'note', 'form', 'phone')),
  ADD CONSTRAINT "messages_audience" CHECK ("audience" IN ('internal', 'client', 'end_customer'));
ALTER TABLE "participants"
  ADD CONSTRAINT "participants_address_lower" CHECK ("address" = lower("address")),
  ADD CONSTRAINT "participants_role" CHECK ("role" IN ('requester', 'cc')),
  ADD CONSTRAINT "participants_state" CHECK ("state" IN ('active', 'proposed', 'removed'));
ALTER TABLE "deliveries"
  ADD CONSTRAINT "deliveries_state" CHECK ("state" IN ('queued', 'sent', 'captured', 'deferred', 'failed', 'bounced', 'suppressed'));

-- Deliveries that have not ended are few among many: the sender's query reads this index only.
CREATE INDEX "deliveries_due" ON "deliveries" ("due_at") WHERE "due_at" IS NOT NULL;
