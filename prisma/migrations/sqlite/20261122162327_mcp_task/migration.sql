-- CreateTable
CREATE TABLE "McpTask" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "owner" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "statusMessage" TEXT,
    "result" TEXT,
    "error" TEXT,
    "inputRequests" TEXT,
    "inputResponses" TEXT,
    "cancelRequestedAt" DATETIME,
    "boot" TEXT NOT NULL,
    "heartbeatAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "McpTask_owner_idx" ON "McpTask"("owner");

-- CreateIndex
CREATE INDEX "McpTask_boot_idx" ON "McpTask"("boot");

-- CreateIndex
CREATE INDEX "McpTask_expiresAt_idx" ON "McpTask"("expiresAt");
