-- CreateTable
CREATE TABLE "FlowExchange" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "durationMs" REAL NOT NULL,
    "server" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "status" INTEGER,
    "correlationId" TEXT,
    "address" TEXT,
    "agent" TEXT,
    "clientId" TEXT,
    "grantId" TEXT,
    "personId" TEXT,
    "joins" TEXT NOT NULL DEFAULT '',
    "content" TEXT NOT NULL
);

-- CreateIndex
CREATE INDEX "FlowExchange_at_idx" ON "FlowExchange"("at");

-- CreateIndex
CREATE INDEX "FlowExchange_correlationId_idx" ON "FlowExchange"("correlationId");
