-- CreateTable
CREATE TABLE "McpSession" (
    "idHash" TEXT NOT NULL,
    "holder" TEXT,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "McpSession_pkey" PRIMARY KEY ("idHash")
);

-- CreateIndex
CREATE INDEX "McpSession_expiresAt_idx" ON "McpSession"("expiresAt");
