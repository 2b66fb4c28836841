import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { ToolName } from '@neonpanel/contracts/tool-catalogue'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { createLog } from '@neonpanel/process/log'
import { isToolError } from '../mcp/tool.ts'
import { tools } from '../tools/all.ts'

/** Who calls a tool in a test; the owner of Harbor Goods with every scope unless said otherwise. */
export interface TestCaller {
  readonly companies?: readonly string[]
  readonly scopes?: readonly Scope[]
  readonly personId?: string
}

/** A database with the demo's books, and its tools as a client would call them. */
export interface DemoLedger extends AsyncDisposable {
  readonly database: Database
  /** Answers the structured output, valid against the tool's schema. Throws `ToolFailure` for an expected failure. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers of twelve tools have twelve shapes
  call(name: ToolName, input?: object, caller?: TestCaller): Promise<any>
}

/** What a tool refused, as the model would read it. */
export class ToolFailure extends Error {}

export const harborCompanies = ['co_harbor_us', 'co_harbor_eu']

/** @param url of an empty database; one in memory unless said otherwise */
export async function openDemoLedger(url = 'memory:'): Promise<DemoLedger> {
  const database = await openDatabase(url)
  await migrate(database)
  await seed(database, { seed: 'demo' })
  const log = createLog({ level: 'silent', format: 'json' })
  return {
    database,
    async call(name, input = {}, caller = {}) {
      const { companies = harborCompanies, scopes = resourceScopes } = caller
      const tool = tools.find((candidate) => candidate.name === name)!
      const result = await tool.run(tool.input.parse(input), {
        database,
        companies,
        companiesWith: (scope) => (scopes.includes(scope) ? companies : []),
        personId: caller.personId ?? 'person_owner',
        clientId: 'local-client',
        log,
        signal: AbortSignal.abort(),
      })
      if (isToolError(result)) throw new ToolFailure(result.message)
      return tool.output.parse(result)
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}
