-- CreateTable
CREATE TABLE "McpTask" (
    "id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "statusMessage" TEXT,
    "result" TEXT,
    "error" TEXT,
    "inputRequests" TEXT,
    "inputResponses" TEXT,
    "cancelRequestedAt" TIMESTAMPTZ(3),
    "boot" TEXT NOT NULL,
    "heartbeatAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "McpTask_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "McpTask_owner_idx" ON "McpTask"("owner");

-- CreateIndex
CREATE INDEX "McpTask_boot_idx" ON "McpTask"("boot");

-- CreateIndex
CREATE INDEX "McpTask_expiresAt_idx" ON "McpTask"("expiresAt");
