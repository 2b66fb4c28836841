import { chatgpt } from './clients/chatgpt.ts'
import { claude } from './clients/claude.ts'
import { claudeCode } from './clients/claude-code.ts'
import { codex } from './clients/codex.ts'
import { cursor } from './clients/cursor.ts'
import { geminiCli } from './clients/gemini-cli.ts'
import { inspector } from './clients/inspector.ts'
import { mcpRemote } from './clients/mcp-remote.ts'
import { mcpUse } from './clients/mcp-use.ts'
import { vscode } from './clients/vscode.ts'

/** The clients that people use, by the name that `register` and `connect` take. */
export const personas = {
  chatgpt,
  claude,
  'claude-code': claudeCode,
  vscode,
  cursor,
  inspector,
  'mcp-remote': mcpRemote,
  codex,
  'gemini-cli': geminiCli,
  'mcp-use': mcpUse,
} as const

export type PersonaName = keyof typeof personas

export const personaNames = Object.keys(personas) as readonly PersonaName[]

export function isPersonaName(name: string): name is PersonaName {
  return Object.hasOwn(personas, name)
}
