import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { ToolName } from '@neonpanel/contracts/tool-catalogue'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { createLog } from '@neonpanel/process/log'
import {
  isQuestion,
  isToolError,
  type PersonsAnswer,
  type Progress,
  type ToolContext,
} from '../mcp/tool.ts'
import { tools } from '../tools/all.ts'

/** Who calls a tool in a test; the owner of Harbor Goods with every scope unless said otherwise. */
export interface TestCaller {
  readonly companies?: readonly string[]
  readonly scopes?: readonly Scope[]
  readonly personId?: string
  readonly signal?: AbortSignal
  /** Hears how far a call is. */
  readonly progress?: (report: Progress) => void
  /** Whether the client can ask the person, and what they answer; nobody is asked unless this is given. */
  readonly answer?: PersonsAnswer['action']
  /** What happens while the person thinks. */
  readonly onQuestion?: () => Promise<void>
}

/** A database with the demo's books, and its tools as a client would call them. */
export interface DemoLedger extends AsyncDisposable {
  readonly database: Database
  /** What people were asked so far. */
  readonly questions: readonly string[]
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
  const questions: string[] = []
  return {
    database,
    questions,
    async call(name, input = {}, caller = {}) {
      const { companies = harborCompanies, scopes = resourceScopes, answer } = caller
      const tool = tools.find((candidate) => candidate.name === name)!
      const parsed = tool.input.parse(input)
      const context: ToolContext = {
        database,
        companies,
        companiesWith: (scope) => (scopes.includes(scope) ? companies : []),
        personId: caller.personId ?? 'person_owner',
        clientId: 'local-client',
        correlationId: 'c-test',
        log,
        signal: caller.signal ?? new AbortController().signal,
        progress: caller.progress ?? (() => {}),
        person: { canAsk: answer !== undefined, answer: undefined },
      }
      let result = await tool.run(parsed, context)
      while (isQuestion(result)) {
        questions.push(result.message)
        await caller.onQuestion?.()
        const person = { canAsk: true, answer: { action: answer!, subject: result.subject } }
        result = await tool.run(parsed, { ...context, person })
      }
      if (isToolError(result)) throw new ToolFailure(result.message)
      return tool.output.parse(result)
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}
