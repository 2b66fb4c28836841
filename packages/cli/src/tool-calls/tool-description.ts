import type { Tool } from '@modelcontextprotocol/client'
import stringWidth from 'string-width'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { shapeOf } from './arguments.ts'
import { readInputSchema } from './input-schema.ts'
import { printable } from './printable.ts'

/** Scopes that a call needs, as the tool announces them by `securitySchemes`; undefined where it announces none. */
export function scopesOf(tool: Tool): readonly string[] | undefined {
  const announced: unknown =
    Reflect.get(tool, 'securitySchemes') ?? tool._meta?.securitySchemes ?? undefined
  if (!Array.isArray(announced)) return undefined
  const schemes = announced.map((scheme) => Object(scheme) as { type?: unknown; scopes?: unknown })
  if (schemes.some(({ type }) => type === 'noauth')) return []
  return schemes.flatMap(({ scopes }) => (Array.isArray(scopes) ? scopes.map(String) : []))
}

/** The tools of a server as a table: one line each where a person reads. */
export function renderTools(tools: readonly Tool[], terminal: Terminal): string {
  const rows = tools.map((tool) => ({
    before: [
      printable(tool.name),
      printable(scopesOf(tool)?.join(' ') ?? ''),
      accessOf(tool),
    ] as const,
    says: firstSentence(tool.description ?? tool.title ?? ''),
  }))
  const head = ['NAME', 'SCOPES', 'ACCESS'] as const
  const taken = head.map((title, column) =>
    Math.max(title.length, ...rows.map(({ before }) => stringWidth(before[column] ?? ''))),
  )
  const room = terminal.columns - taken.reduce((sum, width) => sum + width + 2, 0)
  const cells = rows.map(({ before, says }) => [
    ...before,
    terminal.piped ? says : cut(says, Math.max(room, leastForDescription)),
  ])
  return renderTable([...head, 'DESCRIPTION'], cells, terminal)
}

const leastForDescription = 20

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  const words = text.slice(0, width - 1).split(' ')
  return `${words.slice(0, -1).join(' ') || text.slice(0, width - 1)}…`
}

/** One tool with its arguments. */
export function renderTool(tool: Tool, terminal: Terminal): string {
  const { arguments: list } = readInputSchema(tool.inputSchema)
  const scopes = scopesOf(tool)
  const head = [
    terminal.style('bold', printable(tool.name)),
    ...(tool.description ? [printable(tool.description)] : []),
    '',
    `access  ${accessOf(tool) || 'not said'}`,
    ...(scopes ? [`scopes  ${scopes.map(printable).join(' ') || 'none'}`] : []),
    '',
  ]
  if (list.length === 0) return [...head, 'It takes no arguments.'].join('\n')
  const rows = list.map((argument) => [
    printable(argument.option),
    printable(shapeOf(argument)),
    argument.required ? 'required' : defaultOf(argument.default),
    printable(argument.description),
  ])
  return [...head, renderTable(['ARGUMENT', 'VALUE', 'DEFAULT', ''], rows, terminal)].join('\n')
}

/** The hints are the server's own word (MCP, tool annotations). */
function accessOf({ annotations }: Tool): string {
  if (annotations?.readOnlyHint === undefined) return ''
  return annotations.readOnlyHint ? 'reads' : 'writes'
}

const defaultOf = (value: unknown) => (value === undefined ? '' : printable(JSON.stringify(value)))

function firstSentence(description: string): string {
  const [line = ''] = printable(description).trim().split('\n')
  const [sentence = line] = /^.*?[.!?](?=\s|$)/.exec(line) ?? []
  return sentence
}
