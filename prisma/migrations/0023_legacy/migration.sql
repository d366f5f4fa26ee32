-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "quoted_in_id" UUID;
