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
  if (isRows(answer)) return { values: [], tables: [{ name: '', rows: answer }] }
  const values: [string, string][] = []
  const tables: { name: string; rows: readonly Row[] }[] = []
  const visit = (name: string, value: unknown, depth: number) => {
    if (isRows(value)) tables.push({ name, rows: value })
    else if (isObject(value) && depth < 2) {
      for (const [key, inner] of Object.entries(value)) {
        visit(name === '' ? key : `${name}.${key}`, inner, depth + 1)
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
  const shown = terminal.piped ? filled : fitting(filled, flat, terminal.columns)
  const cells = flat.map((row) => shown.map((name) => row.get(name) ?? ''))
  return {
    text: renderTable(shown, cells, terminal),
    left: filled.slice(shown.length),
  }
}

const gap = 2
const widestCell = 40

/** As many columns from the left as a screen has room for; one at least. */
function fitting(
  names: readonly string[],
  rows: readonly ReadonlyMap<string, string>[],
  columns: number,
): readonly string[] {
  let used = -gap
  const end = names.findIndex((name) => {
    const widths = [name, ...rows.map((row) => row.get(name) ?? '')].map((text) =>
      Math.min(stringWidth(text), widestCell),
    )
    used += gap + Math.max(...widths)
    return used > columns
  })
  return end === -1 ? names : names.slice(0, Math.max(1, end))
}

/** Members of an object in a row are columns of their own: `price.amount`. */
function flatten(row: Row): ReadonlyMap<string, string> {
  const cells = new Map<string, string>()
  for (const [name, value] of Object.entries(row)) {
    if (!isObject(value)) cells.set(name, cell(value))
    else for (const [key, inner] of Object.entries(value)) cells.set(`${name}.${key}`, cell(inner))
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
  if (typeof value === 'object') return printable(JSON.stringify(value))
  return printable(String(value)).replaceAll('\n', ' ')
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isRows = (value: unknown): value is readonly Row[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject)
