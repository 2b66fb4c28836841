// Both generated clients have the same shape; the application types against the PostgreSQL one.
export type {
  AuditEvent,
  Client,
  Company,
  Grant,
  InitialAccessToken,
  Membership,
  OidcRecord,
  Person,
  Prisma,
  PrismaClient,
  Setting,
  SigningKey,
} from '../generated/postgresql/client/client.ts'
