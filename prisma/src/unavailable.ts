/** The database does not answer: stopped, unreachable, frozen or out of connections. Worth trying again later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError'
  readonly advice = 'Check DATABASE_URL, and that PostgreSQL runs and takes connections.'
}

/** Prisma's codes for: not reachable, timed out, closed, no connection free, no transaction possible, too many. */
const codes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'])
/** What lies beneath when a raw query failed, for which Prisma has one code whatever the cause. */
const kinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])

interface PrismaError {
  code?: unknown
  meta?: { driverAdapterError?: { cause?: { kind?: unknown } } }
}

/** Whether an error of `query` or of Prisma says that the database does not answer, and not that it refused. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true
  if (!(error instanceof Error)) return false
  const { code, meta } = error as PrismaError
  return codes.has(String(code)) || kinds.has(String(meta?.driverAdapterError?.cause?.kind))
}
