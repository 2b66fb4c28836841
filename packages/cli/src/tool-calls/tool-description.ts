import type { Tool } from '@modelcontextprotocol/client'
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

/** The tools of a server as a table. */
export function renderTools(tools: readonly Tool[], terminal: Terminal): string {
  const rows = tools.map((tool) => [
    printable(tool.name),
    printable(scopesOf(tool)?.join(' ') ?? ''),
    accessOf(tool),
    firstSentence(tool.description ?? tool.title ?? ''),
  ])
  return renderTable(['NAME', 'SCOPES', 'ACCESS', 'DESCRIPTION'], rows, terminal)
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
