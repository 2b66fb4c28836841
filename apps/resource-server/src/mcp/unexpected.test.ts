import { PassThrough } from 'node:stream'
import { ProtocolError, ResourceNotFoundError } from '@modelcontextprotocol/server'
import { createLog } from '@neonpanel/process/log'
import { expect, it } from 'vitest'
import type { AccessToken } from '../access-token.ts'
import { hideUnexpected } from './unexpected.ts'

const lines = new PassThrough({ encoding: 'utf8' })
const caller = {
  accessToken: {} as AccessToken,
  correlationId: 'c-1',
  log: createLog({ level: 'debug', format: 'json', destination: lines }),
  judgeAgain: async () => undefined,
}

const answer = (work: () => Promise<string>) => hideUnexpected(caller, 'Reading a resource', work)

it('an unexpected failure tells its correlation id and nothing else, and is logged whole', async () => {
  const failing = answer(async () => {
    throw new Error('no such table: Item')
  })
  await expect(failing).rejects.toThrow(ProtocolError)
  await expect(failing).rejects.toMatchObject({
    code: -32_603,
    message: 'Reading a resource failed unexpectedly. Correlation id: c-1',
  })
  expect(lines.read()).toMatch(/no such table: Item.*Reading a resource failed/)
})

it('what a client did wrong is told as it is', async () => {
  const missing = new ResourceNotFoundError('test://x')
  await expect(answer(() => Promise.reject(missing))).rejects.toBe(missing)
  expect(lines.read()).toBeNull()
})

it('an answer is handed on', async () => {
  expect(await answer(async () => 'read')).toBe('read')
})
