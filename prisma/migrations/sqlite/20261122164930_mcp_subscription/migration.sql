-- CreateTable
CREATE TABLE "McpSubscription" (
    "idHash" TEXT NOT NULL,
    "uri" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,

    PRIMARY KEY ("idHash", "uri")
);

-- CreateIndex
CREATE INDEX "McpSubscription_expiresAt_idx" ON "McpSubscription"("expiresAt");
