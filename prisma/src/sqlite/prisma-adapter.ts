import { PrismaLibSql } from '@prisma/adapter-libsql'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SqlValue } from '../statement.ts'
import type { SqliteConnection, SqliteSession } from './connection.ts'

type Client = ReturnType<PrismaLibSql['createClient']>

/** Prisma's own libSQL adapter over the connection that everything else uses. */
class SharedConnectionAdapter extends PrismaLibSql {
  readonly #connection: SqliteConnection

  constructor(connection: SqliteConnection) {
    super({ url: ':memory:' })
    this.#connection = connection
  }

  override createClient(): Client {
    return clientOver(this.#connection)
  }
}

export function prismaAdapter(connection: SqliteConnection): SqlDriverAdapterFactory {
  return new SharedConnectionAdapter(connection)
}

interface Request {
  sql: string
  args: SqlValue[]
}

/** The part of a libSQL client that the adapter calls. */
function clientOver(connection: SqliteConnection): Client {
  const client = {
    execute: ({ sql, args }: Request) => connection.run((session) => session.execute(sql, args)),
    executeMultiple: (sql: string) => connection.run((session) => session.script(sql)),
    transaction: async () => {
      const { session, release } = await connection.hold()
      session.execute('BEGIN', [])
      return transactionOver(session, release)
    },
    close: () => {},
  }
  return client as unknown as Client
}

function transactionOver(session: SqliteSession, release: () => void) {
  return {
    execute: async ({ sql, args }: Request) => session.execute(sql, args),
    async commit() {
      try {
        session.execute('COMMIT', [])
      } catch (error) {
        session.rollback()
        throw error
      } finally {
        release()
      }
    },
    async rollback() {
      try {
        session.rollback()
      } finally {
        release()
      }
    },
  }
}
