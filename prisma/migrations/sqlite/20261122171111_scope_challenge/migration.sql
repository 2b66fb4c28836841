-- CreateTable
CREATE TABLE "ScopeChallenge" (
    "grantId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,

    PRIMARY KEY ("grantId", "scope")
);

-- CreateIndex
CREATE INDEX "ScopeChallenge_expiresAt_idx" ON "ScopeChallenge"("expiresAt");
