import { describe, expect, test } from 'vitest'
import { isPersonaName, personaNames, personas } from './catalogue.ts'
import {
  earlierVersion,
  fillIn,
  pasteInstructions,
  personaSchema,
  registrationOf,
} from './persona.ts'

const connection = {
  clientId: 'the-id',
  mcpUrl: 'http://localhost:4401/mcp',
  issuer: 'http://localhost:4400',
}

describe.each(Object.entries(personas))('the data of %s', (name, persona) => {
  test('is what the schema says', () => {
    expect(personaSchema.parse(persona)).toEqual(persona)
    expect(isPersonaName(name)).toBe(true)
  })

  test('is sourced', () => {
    expect(persona.sources.length).toBeGreaterThan(0)
    expect(new Set(persona.sources.map(({ url }) => url)).size).toBe(persona.sources.length)
  })

  test('agrees with itself', () => {
    const { registration, redirect, runs, origin } = persona
    expect(registration.ways.includes('document')).toBe(registration.document !== undefined)
    expect(origin !== undefined).toBe(runs === 'page')
    const portless = (uri: string) =>
      fillIn(uri, { callback_id: 'x' }).replace(/:(\{port\}|\d+)/, '')
    const registered = portless(redirect.uriWhenRegistered ?? redirect.uri)
    expect(registration.redirectUris.map(portless)).toContain(registered)
    const inDocument = registration.document?.metadata.redirect_uris as string[] | undefined
    if (inDocument) expect(inDocument.map(portless)).toContain(portless(redirect.uri))
  })

  test('says what to paste where', () => {
    const text = pasteInstructions(persona, connection).join('\n')
    expect(text).toContain('the-id')
    expect(text).toContain(connection.mcpUrl)
    expect(text).not.toMatch(/\{(?:client_id|mcp_url|issuer)\}/)
    expect(text.includes('cannot reach localhost')).toBe(persona.runs === 'cloud')
  })

  test('can be registered by hand', () => {
    const body = JSON.stringify(registrationOf(persona))
    expect(body).not.toMatch(/\{(?:port|callback_id)\}/)
    expect(registrationOf(persona)).toMatchObject({ client_name: expect.any(String) })
  })
})

test('an earlier version registers otherwise, and nothing else', () => {
  const { cursor, 'mcp-remote': remote } = personas
  const older = earlierVersion(cursor, 'before 3.13')
  expect(registrationOf(older)).toEqual({ ...registrationOf(cursor), application_type: 'web' })
  expect(registrationOf(earlierVersion(remote, '0.1.38'))).not.toHaveProperty('application_type')
  expect(older.habits).toEqual(cursor.habits)
  expect(() => earlierVersion(cursor, '0.1')).toThrow('Nothing is known of Cursor 0.1')
})

test('each is a client of its own', () => {
  const rows = personaNames.map((name) => personas[name].row)
  expect(new Set(rows).size).toBe(10)
})

test('a name that is none is told', () => {
  expect(isPersonaName('nobody')).toBe(false)
  expect(isPersonaName('toString')).toBe(false)
})
