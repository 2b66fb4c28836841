-- CreateTable
CREATE TABLE "ScopeChallenge" (
    "grantId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ScopeChallenge_pkey" PRIMARY KEY ("grantId","scope")
);

-- CreateIndex
CREATE INDEX "ScopeChallenge_expiresAt_idx" ON "ScopeChallenge"("expiresAt");
