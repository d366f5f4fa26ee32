-- AlterTable
ALTER TABLE "contacts" ADD COLUMN     "notify" TEXT NOT NULL DEFAULT 'all',
ADD COLUMN     "quiet_hours" JSONB;
