import type { PersonaName } from '@neonpanel/personas/catalogue'
import { personas } from '@neonpanel/personas/catalogue'
import { type DocumentHost, startDocumentHost } from '@neonpanel/personas/documents/document-host'
import { type Persona, registrationOf } from '@neonpanel/personas/persona'
import { type PersonaRun, type PersonaWish, runPersona } from '@neonpanel/personas/run-persona'
import type { Stack } from '@neonpanel/stack'
import { register, type Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson, type Decision } from '@neonpanel/testing-kit/person/people'
import { afterAll } from 'vitest'
import { adminApi } from './admin.ts'

/** Serves the personas' documents for the tests of one file, and has the stacks believe so. */
export async function documentHost(...stacks: Stack[]): Promise<DocumentHost> {
  const host = await startDocumentHost()
  afterAll(() => host[Symbol.asyncDispose]())
  for (const stack of stacks) {
    for (const mapping of host.mappings) {
      const { status, text } = await adminApi(stack).post('/client-metadata-hosts', mapping)
      if (status !== 201) throw new Error(`client-metadata-hosts: ${status} ${text}`)
    }
  }
  return host
}

/** A person without a display who decides as told. */
export function opener(servers: Servers, decision?: Decision): PersonaWish['openBrowser'] {
  const person = createPerson(servers.issuer)
  return (url) => person.authorize(url, decision)
}

/** Registers a persona by hand with an initial access token, as `neonpanel register` does, and gives its id. */
export async function registeredByHand(stack: Stack, name: PersonaName): Promise<string> {
  const { initial_access_token } = await adminApi(stack).mint()
  const metadata = registrationOf(personas[name])
  const { status, body, text } = await register(stack, metadata, initial_access_token)
  if (status !== 201) throw new Error(`register ${name}: ${status} ${text}`)
  return body.client_id
}

/** Runs a persona with the person who owns the demo companies. */
export function run(
  persona: PersonaName | Persona,
  stack: Stack,
  wish: Partial<PersonaWish> = {},
): Promise<PersonaRun> {
  return runPersona(persona, stack.mcpUrl, { openBrowser: opener(stack), ...wish })
}
