import { expect } from 'vitest'
import { callTool } from './mcp.ts'

export type Json = Record<string, unknown>

export const list = (value: unknown) => value as Json[]

/** Calls tools as one token’s holder, each with what is expected of every answer. */
export function toolUser(mcpUrl: string, token: string) {
  return {
    /** A call that must succeed; its text is the JSON of its structured content. */
    async use(name: string, input: Json = {}): Promise<Json> {
      const { status, tool, text } = await callTool(mcpUrl, token, name, input)
      expect(status, text).toBe(200)
      expect(tool?.isError ?? false, text).toBe(false)
      expect(tool.content).toHaveLength(1)
      expect(JSON.parse(tool.content[0]?.text ?? '')).toEqual(tool.structuredContent)
      return tool.structuredContent
    },
    /** A call that must fail, in words and without a stack; gives the words. */
    async refuse(name: string, input: Json): Promise<string> {
      const { rpc, tool, text } = await callTool(mcpUrl, token, name, input)
      expect(rpc.error?.code === -32_602 || tool?.isError, text).toBe(true)
      expect(text).not.toMatch(/node_modules|\.ts:\d+|prisma/i)
      return rpc.error?.message ?? tool.content.map((part) => part.text).join('\n')
    },
  }
}
