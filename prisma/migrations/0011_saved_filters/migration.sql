-- CreateTable
CREATE TABLE "saved_filters" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "agent_id" UUID,
    "query" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_filters_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "saved_filters_agent_id_idx" ON "saved_filters"("agent_id");

-- AddForeignKey
ALTER TABLE "saved_filters" ADD CONSTRAINT "saved_filters_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A name means one filter among those that somebody sees as their own, and one among those that everybody sees.
CREATE UNIQUE INDEX "saved_filters_own_name" ON "saved_filters" ("agent_id", lower("name")) WHERE "agent_id" IS NOT NULL;
CREATE UNIQUE INDEX "saved_filters_shared_name" ON "saved_filters" (lower("name")) WHERE "agent_id" IS NULL;
