-- CreateTable
CREATE TABLE "FaultRule" (
    "id" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "maxHits" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "seen" INTEGER NOT NULL DEFAULT 0,
    "hits" INTEGER NOT NULL DEFAULT 0,
    "lastHitAt" TIMESTAMPTZ(3),

    CONSTRAINT "FaultRule_pkey" PRIMARY KEY ("id")
);
