-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_ImportRun" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "correlationId" TEXT,
    "idempotencyKey" TEXT NOT NULL,
    "requestDigest" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "detail" TEXT NOT NULL DEFAULT '{}',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_ImportRun" ("clientId", "companyId", "createdAt", "id", "idempotencyKey", "personId", "requestDigest", "result") SELECT "clientId", "companyId", "createdAt", "id", "idempotencyKey", "personId", "requestDigest", "result" FROM "ImportRun";
DROP TABLE "ImportRun";
ALTER TABLE "new_ImportRun" RENAME TO "ImportRun";
CREATE INDEX "ImportRun_companyId_idx" ON "ImportRun"("companyId");
CREATE INDEX "ImportRun_createdAt_idx" ON "ImportRun"("createdAt");
CREATE UNIQUE INDEX "ImportRun_personId_idempotencyKey_key" ON "ImportRun"("personId", "idempotencyKey");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
