import type { Query } from '@neonpanel/database/statement'

/** Where the ledger is read from: the database, or a transaction on it. */
export interface Reader {
  readonly query: Query
}
