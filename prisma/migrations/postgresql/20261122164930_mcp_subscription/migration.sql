-- CreateTable
CREATE TABLE "McpSubscription" (
    "idHash" TEXT NOT NULL,
    "uri" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "McpSubscription_pkey" PRIMARY KEY ("idHash","uri")
);

-- CreateIndex
CREATE INDEX "McpSubscription_expiresAt_idx" ON "McpSubscription"("expiresAt");
