import type { Deviation } from '../row.ts'
import type { ResourceServerRowId } from './rows.ts'

/** Rows that are answered otherwise than they ask, or only in part. CONTRACT wins where it differs from a row. */
export const deviations = {
  'RS-17': {
    decision: 'No scope contains another: each of the nine opens what its own sentence says.',
    reason:
      'A person ticks scopes one by one on the consent page. A scope that silently opens what another one names would make that page untrue.',
    source: 'CONTRACT 3 has nine scopes and no hierarchy; the row asks to honour one that exists.',
  },
  'RS-51': {
    decision:
      'What is supported, in this error and in server/discover, is 2026-07-28 alone. Older revisions are answered at the same URL when they begin as they must, with initialize.',
    reason:
      'The list is for requests that name their version by themselves. A client that took an older one from it would be refused again. Clients that know both eras try initialize without any list.',
    source:
      'MCP 2026-07-28 versioning, dual-era servers; the MCP TypeScript SDK; SPEC-MATRIX RS-49 and RS-51.',
  },
  'RS-95': {
    decision:
      'There is no mode in which tools are visible without a token, so that no tool result carries mcp/www_authenticate. Lack of authorization is 401 or 403.',
    reason:
      'CONTRACT 5 answers every method 401 without a valid bearer token, and clients such as Claude need the HTTP status. A second way to say the same would be a second thing to keep true.',
    source: 'CONTRACT 5; SPEC-MATRIX RS-95, default off.',
  },
} as const satisfies Partial<Record<ResourceServerRowId, Deviation>>
