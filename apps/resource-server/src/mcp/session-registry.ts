import { hash } from 'node:crypto'
import type { Database } from '@neonpanel/database/open'
import { statement } from '@neonpanel/database/statement'
import { isClockShifted } from '@neonpanel/process/clock'
import { type SessionClaims, sessionIdMaxAgeMs } from './session-ids.ts'

/** Where a process can be reached by its siblings, and which of its lives this is. */
export interface Node {
  /** `host:port`. */
  readonly address: string
  /** Changes with every start. */
  readonly boot: string
}

/** Who answers in a session: the process where it began, one that took it over, or nobody any more. */
export type Holder = Node | 'ended'

/** What all processes on one database know about sessions that are not where they began. */
export interface SessionRegistry {
  holderOf(id: string, claims: SessionClaims): Promise<Holder>
  /**
   * Makes `next` the holder in place of `gone`. Of several processes that try at once one succeeds.
   *
   * @returns who holds the session now
   */
  takeOver(id: string, claims: SessionClaims, from: Holder, next: Node): Promise<Holder>
  /** Ends a session for good, at every process and beyond their restarts. */
  end(id: string): Promise<void>
}

const findHolder = statement(
  'mcp_session_find',
  'SELECT "holder" FROM "McpSession" WHERE "idHash" = $1',
)

const takeHolder = statement(
  'mcp_session_take',
  `INSERT INTO "McpSession" ("idHash", "holder", "expiresAt") VALUES ($1, $2, $3)
   ON CONFLICT ("idHash") DO UPDATE SET "holder" = $2 WHERE "McpSession"."holder" = $4`,
)

const endSession = statement(
  'mcp_session_end',
  `INSERT INTO "McpSession" ("idHash", "holder", "expiresAt") VALUES ($1, NULL, $2)
   ON CONFLICT ("idHash") DO UPDATE SET "holder" = NULL`,
)

const deleteExpired = statement(
  'mcp_session_expired',
  'DELETE FROM "McpSession" WHERE "expiresAt" < $1',
)

const sweepEveryMs = 60_000

export function createSessionRegistry({ query }: Pick<Database, 'query'>): SessionRegistry {
  let sweptAtMs = 0

  const expiry = () => new Date(Date.now() + sessionIdMaxAgeMs)

  /** Now and then on the way: rows are written seldom. Under a shifted clock everything would look old. */
  async function sweep() {
    const nowMs = Date.now()
    if (isClockShifted() || nowMs - sweptAtMs < sweepEveryMs) return
    sweptAtMs = nowMs
    await query(deleteExpired, [new Date(nowMs)])
  }

  async function holderOf(id: string, { node, boot }: SessionClaims): Promise<Holder> {
    const [row] = await query<{ holder: string | null }>(findHolder, [digest(id)])
    if (row === undefined) return { address: node, boot }
    return row.holder === null ? 'ended' : parse(row.holder)
  }

  return {
    holderOf,
    async takeOver(id, claims, from, next) {
      if (from === 'ended') return from
      await sweep()
      await query(takeHolder, [digest(id), format(next), expiry(), format(from)])
      return holderOf(id, claims)
    },
    async end(id) {
      await sweep()
      await query(endSession, [digest(id), expiry()])
    },
  }
}

export function isSameNode(one: Node, other: Node): boolean {
  return one.address === other.address && one.boot === other.boot
}

function digest(id: string): string {
  return hash('sha256', id, 'base64url')
}

function format({ address, boot }: Node): string {
  return `${address} ${boot}`
}

function parse(holder: string): Node {
  const [address = '', boot = ''] = holder.split(' ')
  return { address, boot }
}
