import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils'
import type pg from 'pg'

/** Prisma's own adapter over the pool that everything else uses, with prepared statements and recognisable timeouts. */
export function prismaAdapter(pool: pg.Pool, schema: string | undefined): SqlDriverAdapterFactory {
  const factory = new PrismaPg(pool, {
    statementNameGenerator: nameStatements(),
    ...(schema !== undefined && { schema }),
  })
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => recognisable(await factory.connect()),
  }
}

/**
 * Each connection remembers every name for good, so texts beyond the application's own (long lists of ids) stay unnamed.
 */
function nameStatements(): (query: { sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined || names.size >= 500) return known ?? ''
    const name = `prisma_${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`
    names.set(sql, name)
    return name
  }
}

function recognisable(adapter: SqlDriverAdapter): SqlDriverAdapter {
  return {
    ...recognisableQueries(adapter),
    executeScript: (script) => unreachableIfUnknown(adapter.executeScript(script)),
    startTransaction: async (isolationLevel) => {
      const transaction = await unreachableIfUnknown(adapter.startTransaction(isolationLevel))
      return {
        ...recognisableQueries(transaction),
        options: transaction.options,
        commit: () => transaction.commit(),
        rollback: () => transaction.rollback(),
        createSavepoint: (name) => transaction.createSavepoint!(name),
        rollbackToSavepoint: (name) => transaction.rollbackToSavepoint!(name),
        releaseSavepoint: (name) => transaction.releaseSavepoint!(name),
      }
    },
    getConnectionInfo: () => adapter.getConnectionInfo!(),
    dispose: () => adapter.dispose(),
  }
}

function recognisableQueries(queryable: SqlQueryable): SqlQueryable {
  return {
    provider: queryable.provider,
    adapterName: queryable.adapterName,
    queryRaw: (query) => unreachableIfUnknown(queryable.queryRaw(query)),
    executeRaw: (query) => unreachableIfUnknown(queryable.executeRaw(query)),
  }
}

/** The adapter passes the driver's own timeouts on as plain errors that only their message tells apart. */
async function unreachableIfUnknown<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof DriverAdapterError) throw error
    throw new DriverAdapterError({ kind: 'DatabaseNotReachable' })
  }
}
