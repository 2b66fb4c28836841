import type { CallToolResult } from '@modelcontextprotocol/client'
import stringWidth from 'string-width'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { printable } from './printable.ts'

type Row = Readonly<Record<string, unknown>>

/** What a person sees of an answer: single values first, then lists as tables, the longest at the end. */
export interface Layout {
  /** `name: value`; members of objects as `outer.inner`. */
  readonly values: readonly (readonly [name: string, value: string])[]
  readonly tables: readonly { readonly name: string; readonly rows: readonly Row[] }[]
}

/** @param answer structured content of any shape */
export function layOut(answer: unknown): Layout {
  const values: [string, string][] = []
  const tables: { name: string; rows: readonly Row[] }[] = []
  const visit = (name: string, value: unknown, depth: number): void => {
    const [first, second] = isRows(value) ? value : []
    const only = second === undefined && hasRows(first) ? first : undefined
    if (only) visit(name, only, depth)
    else if (isRows(value)) tables.push({ name, rows: value })
    else if (isObject(value) && !isMoney(value) && depth < 3) {
      for (const [key, inner] of Object.entries(value)) {
        const inside = printable(key)
        visit(name === '' ? inside : `${name}.${inside}`, inner, depth + 1)
      }
    } else values.push([name, cell(value)])
  }
  visit('', answer, 0)
  return { values, tables: tables.toSorted((one, other) => one.rows.length - other.rows.length) }
}

/** An answer as text for a person. `hidden` = names of columns that had no room. */
export function renderAnswer(
  result: CallToolResult,
  terminal: Terminal,
): { readonly text: string; readonly hidden: readonly string[] } {
  const structured = result.structuredContent ?? parsedText(result)
  if (structured === undefined) return { text: contentText(result), hidden: [] }
  const { values, tables } = layOut(structured)
  const parts: string[] = []
  const lines = values.map(([name, value]) => `${terminal.style('bold', name)}: ${value}`)
  if (lines.length > 0) parts.push(lines.join('\n'))
  const hidden: string[] = []
  for (const { name, rows } of tables) {
    const { text, left } = renderRows(rows, terminal)
    const heading = tables.length > 1 && name !== '' ? `${terminal.style('bold', name)}:\n` : ''
    parts.push(`${heading}${text}`)
    hidden.push(...left)
  }
  return { text: parts.join('\n\n'), hidden: [...new Set(hidden)] }
}

/** All text of an answer; what is no text is named. */
export function contentText({ content }: Pick<CallToolResult, 'content'>): string {
  const parts = content.map((block) => {
    switch (block.type) {
      case 'text':
        return block.text
      case 'resource_link':
        return `${block.name}: ${block.uri}`
      case 'resource':
        return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}]`
      default:
        return `[${block.type}, ${block.mimeType}]`
    }
  })
  return printable(parts.join('\n'))
}

/** Many servers answer JSON as text alone. */
function parsedText(result: CallToolResult): unknown {
  const [block, second] = result.content
  if (block?.type !== 'text' || second !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(block.text)
    return isObject(value) || isRows(value) ? value : undefined
  } catch {
    return undefined
  }
}

function renderRows(rows: readonly Row[], terminal: Terminal) {
  const flat = rows.map(flatten)
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))]
  const filled = names.filter((name) => flat.some((row) => row.get(name)))
  if (terminal.piped) return { text: tableOf(filled, flat, terminal), left: [] }
  const same = filled.filter((name) => isSame(name, flat))
  const varied = filled.filter((name) => !same.includes(name))
  const shown = fitting(varied, flat, terminal.columns)
  const common = same.map((name) => `${name} ${flat[0]?.get(name)}`)
  const above =
    common.length > 0 ? `${terminal.style('bold', 'every row')}: ${common.join(', ')}\n` : ''
  return {
    text: `${above}${tableOf(shown, flat, terminal)}`,
    left: varied.slice(shown.length),
  }
}

function tableOf(
  names: readonly string[],
  rows: readonly ReadonlyMap<string, string>[],
  terminal: Terminal,
): string {
  const cells = rows.map((row) => names.map((name) => row.get(name) ?? ''))
  return names.length === 0 ? '' : renderTable(names, cells, terminal)
}

/** What is the same in all of at least three rows needs no column of a screen; the first column is what a row is known by. */
function isSame(name: string, rows: readonly ReadonlyMap<string, string>[]): boolean {
  const [first] = rows
  if (rows.length < 3 || first === undefined || first.keys().next().value === name) return false
  return rows.every((row) => row.get(name) === first.get(name))
}

const gap = 2
/** Longer text wraps in its cell, so that there is room for what comes after it. */
const enoughForText = 16

/** As many columns from the left as a screen has room for; one at least. */
function fitting(
  names: readonly string[],
  rows: readonly ReadonlyMap<string, string>[],
  columns: number,
): readonly string[] {
  let used = -gap
  const end = names.findIndex((name) => {
    const texts = [name, ...rows.map((row) => row.get(name) ?? '')]
    const wraps = texts.every((text) => text === name || !/\d{4}|^\S*$/.test(text))
    const width = Math.max(...texts.map((text) => stringWidth(text)))
    used += gap + (wraps ? Math.min(width, Math.max(enoughForText, stringWidth(name))) : width)
    return used > columns
  })
  return end === -1 ? names : names.slice(0, Math.max(1, end))
}

/** Members of an object in a row are columns of their own: `price.amount`. */
function flatten(row: Row): ReadonlyMap<string, string> {
  const cells = new Map<string, string>()
  for (const [key, value] of Object.entries(row)) {
    const name = printable(key)
    if (!isObject(value) || isMoney(value)) cells.set(name, cell(value))
    else
      for (const [key, inner] of Object.entries(value)) {
        cells.set(`${name}.${printable(key)}`, cell(inner))
      }
  }
  return cells
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) {
    if (value.every((one) => !isObject(one) && !Array.isArray(one)))
      return value.map(cell).join(', ')
    return value.length === 1 ? '1 entry' : `${value.length} entries`
  }
  if (isMoney(value)) return `${cell(value.amount)} ${cell(value.currency)}`
  if (typeof value === 'object') return printable(JSON.stringify(value))
  return printable(String(value)).replaceAll('\n', ' ')
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An amount with its currency reads as one value. */
const isMoney = (value: unknown): value is { amount: unknown; currency: unknown } =>
  isObject(value) &&
  Object.keys(value).length === 2 &&
  typeof value.currency === 'string' &&
  (typeof value.amount === 'string' || typeof value.amount === 'number')

const hasRows = (value: unknown): value is Row =>
  isObject(value) && Object.values(value).some(isRows)

const isRows = (value: unknown): value is readonly Row[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject)
