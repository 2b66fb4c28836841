import {
  type CompleteRequestParams,
  type GetPromptResult,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { addDays, type Day } from '@neonpanel/database/ledger/days'
import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { companiesWith } from '../access-token.ts'
import { type Company, readCompanies } from '../ledger/companies.ts'
import { readItems } from '../ledger/items.ts'
import { type Period, periodOf } from '../ledger/periods.ts'
import { type Caller, callerOf } from './caller.ts'
import { matches, type Suggestion } from './completion.ts'
import type { Prompt, PromptArgument, PromptSubject } from './prompt.ts'
import type { ServerPart } from './server-part.ts'
import { hideUnexpected } from './unexpected.ts'

const text = z.string().trim().min(1).max(200)

const argumentSchemas: Record<PromptArgument, z.ZodString> = {
  company: text.describe('Name or id of one company; all of the connection without it.'),
  month: text.describe('Calendar month, such as 2026-11.'),
  item: text.describe('SKU, id or name of an item.'),
}

type Filled = Partial<Record<PromptArgument, string | undefined>>

/** The prompts, with completion from the companies that the token opens. */
export function createPromptPart(prompts: readonly Prompt[], database: Database): ServerPart {
  const prepared = prompts.map((prompt) => ({ prompt, argsSchema: schemaOf(prompt) }))

  const companiesFor = ({ accessToken }: Caller) =>
    readCompanies(database, companiesWith(accessToken, ['read:companies']))

  async function write(prompt: Prompt, filled: Filled, caller: Caller): Promise<GetPromptResult> {
    const companies = await companiesFor(caller)
    const words = prompt.write(understand(filled, companies))
    const content = { type: 'text' as const, text: words }
    return { description: prompt.description, messages: [{ role: 'user', content }] }
  }

  async function suggestions(name: string, asked: Filled, caller: Caller): Promise<Suggestion[]> {
    const companies = await companiesFor(caller)
    if (name === 'company') return companies.map((each) => ({ value: each.name, words: each.id }))
    if (name === 'month') return monthsAround(lastDay(companies))
    const ids = companiesWith(caller.accessToken, ['read:inventory'])
    const only = companies.find((each) => isCalled(each, asked.company ?? ''))?.id
    const lists = await Promise.all(
      ids.filter((id) => only === undefined || id === only).map((id) => readItems(database, id)),
    )
    return lists.flat().map((item) => ({ value: item.sku, words: item.name }))
  }

  return {
    capabilities: { prompts: { listChanged: false }, completions: {} },
    async complete({ ref, argument, context }: CompleteRequestParams, caller) {
      const prompt = prompts.find((each) => ref.type === 'ref/prompt' && each.name === ref.name)
      if (!prompt) return undefined
      if (!(argument.name in prompt.arguments)) return []
      const known = await suggestions(argument.name, context?.arguments ?? {}, caller)
      return matches(known, argument.value)
    },
    register(server: McpServer) {
      for (const { prompt, argsSchema } of prepared) {
        const { name, title, description } = prompt
        server.registerPrompt(name, { title, description, argsSchema }, (filled, context) => {
          const caller = callerOf(context)
          return hideUnexpected(caller, 'A prompt', () => write(prompt, filled, caller))
        })
      }
    },
  }
}

function schemaOf(prompt: Prompt) {
  const shape = Object.entries(prompt.arguments).map(([name, need]) => {
    const schema = argumentSchemas[name as PromptArgument]
    return [name, need === 'required' ? schema : schema.optional()]
  })
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodOptional<z.ZodString>>)
}

/** @param companies those that the caller may know of; none when the token does not show any */
function understand(filled: Filled, companies: readonly Company[]): PromptSubject {
  const company = companies.find((each) => isCalled(each, filled.company ?? ''))
  if (filled.company !== undefined && !company && companies.length > 0) {
    const names = companies.map(({ id, name }) => `${name} (${id})`).join(', ')
    throw invalid(`There is no company ${filled.company}. This connection has: ${names}.`)
  }
  const unknown = filled.company && `${filled.company} (find its company_id with list_companies)`
  return {
    company,
    companyName: company?.name ?? unknown ?? 'all companies',
    month: filled.month === undefined ? undefined : monthOf(filled.month),
    item: filled.item ?? '',
    today: lastDay(company ? [company] : companies),
  }
}

function isCalled({ id, name }: Company, text: string): boolean {
  const wanted = text.toLowerCase()
  return id.toLowerCase() === wanted || name.toLowerCase() === wanted
}

function monthOf(text: string): Period {
  if (/^20\d\d-(0[1-9]|1[0-2])$/.test(text)) return periodOf(`${text}-01`, 'month')
  throw invalid(`${text} is no month. Give year and month, such as 2026-11.`)
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}

/** The books' today; the calendar's where no books are known. */
function lastDay(companies: readonly Company[]): Day {
  const days = companies.map(({ postedThrough }) => postedThrough).sort()
  return days.at(-1) ?? new Date().toISOString().slice(0, 10)
}

const monthsAhead = 3
const monthsBack = 12

/** Next month first, then the ones after it, then backwards. */
function monthsAround(today: Day): Suggestion[] {
  const ahead: string[] = []
  for (let day = today; ahead.length < monthsAhead; ) {
    const next = periodOf(addDays(periodOf(day, 'month').to, 1), 'month')
    ahead.push(next.label)
    day = next.to
  }
  const back: string[] = []
  for (let month = periodOf(today, 'month'); back.length < monthsBack; ) {
    back.push(month.label)
    month = periodOf(addDays(month.from, -1), 'month')
  }
  return [...ahead, ...back].map((value) => ({ value, words: value }))
}
