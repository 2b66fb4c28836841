import { describe, expect, it } from 'vitest'
import { initialize } from '../testing/messages.ts'
import { handshakeOf } from './handshake.ts'

const withParams = (params: unknown) => ({ ...initialize('2025-11-25'), params })

describe('what a handshake settled', () => {
  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
    'RS-73: is revision %s when that is asked for',
    (version) => {
      expect(handshakeOf(initialize(version)).protocolVersion).toBe(version)
    },
  )

  it.each(['1.0', '2026-07-28', ''])(
    'RS-73: is the newest with sessions instead of %j',
    (version) => {
      expect(handshakeOf(initialize(version)).protocolVersion).toBe('2025-11-25')
    },
  )

  it('is what the client can do, as it came', () => {
    const capabilities = {
      elicitation: { form: {} },
      sampling: {},
      experimental: { 'x/y': { z: 1 } },
    }
    const clientInfo = { name: 'host', version: '2', title: 'Host' }
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo }
    expect(handshakeOf(withParams(params))).toEqual({
      protocolVersion: '2025-11-25',
      capabilities,
      clientInfo: { name: 'host', version: '2' },
    })
  })

  it('stays short enough for a header, and keeps what this server uses', () => {
    const capabilities = { elicitation: {}, experimental: { book: { text: 'x'.repeat(10_000) } } }
    const clientInfo = { name: 'n'.repeat(10_000), version: 'v'.repeat(10_000) }
    const kept = handshakeOf(
      withParams({ protocolVersion: '2025-11-25', capabilities, clientInfo }),
    )
    expect(kept.capabilities).toEqual({ elicitation: {} })
    expect(JSON.stringify(kept).length).toBeLessThan(1_000)
    const silent = { experimental: capabilities.experimental }
    expect(handshakeOf(withParams({ capabilities: silent })).capabilities).toEqual({})
  })

  it.each([undefined, null, {}, { capabilities: 'all' }, { clientInfo: 7 }])(
    'is nothing much of %j, which the SDK refuses',
    (params) => {
      expect(handshakeOf(withParams(params)).capabilities).toEqual({})
    },
  )
})
