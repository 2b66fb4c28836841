-- AlterTable
ALTER TABLE "ImportRun" ADD COLUMN     "correlationId" TEXT,
ADD COLUMN     "detail" TEXT NOT NULL DEFAULT '{}';

-- CreateIndex
CREATE INDEX "ImportRun_createdAt_idx" ON "ImportRun"("createdAt");
