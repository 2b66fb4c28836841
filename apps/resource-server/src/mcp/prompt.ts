import type { ToolName } from '@neonpanel/contracts/tool-catalogue'
import type { Day } from '@neonpanel/database/ledger/days'
import type { Company } from '../ledger/companies.ts'
import type { Period } from '../ledger/periods.ts'

/** What a person may fill in; all of them travel as text. */
export type PromptArgument = 'company' | 'month' | 'item'

/** What was filled in, understood. */
export interface PromptSubject {
  /** Undefined for all companies of the connection, and where only the model can find out the id. */
  readonly company: Company | undefined
  /** For the text: `Harbor Goods LLC`, or `all companies`. */
  readonly companyName: string
  /** The calendar month that was asked for. */
  readonly month: Period | undefined
  /** As typed: an id, a SKU, or words. */
  readonly item: string
  /** The last day of the books, from which forecasts look. */
  readonly today: Day
}

/** A question that people ask, written out for a model: which tools to call, with what, and how to answer. */
export interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  /** With whether one must be filled in. */
  readonly arguments: Readonly<Partial<Record<PromptArgument, 'optional' | 'required'>>>
  write(subject: PromptSubject): string
}

/** Names a call of a tool with its arguments; `undefined` ones are left out. */
export function callOf(tool: ToolName, values: Record<string, unknown>): string {
  return `${tool} with ${JSON.stringify(values)}`
}
