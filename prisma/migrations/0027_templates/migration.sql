-- CreateTable
CREATE TABLE "mailbox_templates" (
    "id" UUID NOT NULL,
    "mailbox_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failed_at" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "mailbox_templates_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "mailbox_templates_mailbox_id_kind_language_key" ON "mailbox_templates"("mailbox_id", "kind", "language");

-- AddForeignKey
ALTER TABLE "mailbox_templates" ADD CONSTRAINT "mailbox_templates_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;
