import { readFileSync } from 'node:fs'
import { isPersonaName, personaNames, personas } from '@neonpanel/personas/catalogue'
import {
  type Connection,
  type Persona,
  pasteInstructions,
  registrationOf,
} from '@neonpanel/personas/persona'
import { Argument, type Command } from 'commander'
import { z } from 'zod'
import { CommandFailure } from '../failure.ts'
import { issuerOf, mcpUrlOf, refusal, request } from '../servers.ts'
import type { Terminal } from '../terminal.ts'

const serverMetadata = z.object({ registration_endpoint: z.string().optional() })

/** Client information response (RFC 7591 section 3.2.1, RFC 7592 section 3). */
const registered = z.looseObject({
  client_id: z.string(),
  client_name: z.string().optional(),
  client_secret: z.string().optional(),
  redirect_uris: z.array(z.string()).default([]),
  registration_access_token: z.string().optional(),
  registration_client_uri: z.string().optional(),
})

type Registered = z.output<typeof registered>

interface RegisterOptions {
  iat?: string
  file?: string
  json?: boolean
}

/** `register <persona|--file F> --iat T`: dynamic client registration, as a real client does it. */
export function addRegisterCommand(program: Command, terminal: Terminal): void {
  program
    .command('register')
    .description('register a client by hand; say what to paste where')
    .addArgument(new Argument('[persona]', 'whose metadata to send').choices(personaNames))
    .option('--iat <token>', 'initial access token, from `iat create`')
    .option('--file <path>', 'client metadata as a JSON file, in place of a persona')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel register chatgpt --iat "$(npx neonpanel iat create)"
  $ npx neonpanel register --file client.json --iat eyJ… --json`,
    )
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RegisterOptions>()
      const { persona, metadata } = chooseMetadata(name, options.file)
      const client = await register(terminal, metadata, options.iat)
      const paste = persona ? pasteInstructions(persona, connectionOf(terminal, client)) : []
      if (options.json) terminal.out(JSON.stringify({ ...client, paste }))
      else terminal.out(describe(client, paste))
    })
}

function chooseMetadata(name: string | undefined, file = '') {
  if ((name === undefined) === (file === '')) {
    throw misuse(`Name a persona (${personaNames.join(', ')}) or a --file, one of the two.`)
  }
  if (name === undefined) return { persona: undefined, metadata: readMetadata(file) }
  const persona: Persona | undefined = isPersonaName(name) ? personas[name] : undefined
  if (persona === undefined) throw misuse(`There is no persona ${name}.`)
  return { persona, metadata: registrationOf(persona) }
}

function readMetadata(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new CommandFailure(`${path} ${reason}.`, { exitCode: 2, cause })
  }
}

async function register(terminal: Terminal, metadata: unknown, iat: string | undefined) {
  const issuer = issuerOf(terminal)
  const discovery = await request(`${issuer}/.well-known/oauth-authorization-server`)
  if (!discovery.ok) throw await refusal(discovery)
  const endpoint = serverMetadata.parse(await discovery.json()).registration_endpoint
  if (endpoint === undefined) {
    throw new CommandFailure(`${issuer} registers no clients. Start it with REGISTRATION_MODE=iat.`)
  }
  const answer = await request(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(iat === undefined ? {} : { Authorization: `Bearer ${iat}` }),
    },
    body: JSON.stringify(metadata),
  })
  if (answer.status === 401) throw new CommandFailure(tokenRefused(iat))
  if (!answer.ok) throw await refusal(answer)
  return registered.parse(await answer.json())
}

function tokenRefused(iat: string | undefined): string {
  const reason = iat === undefined ? 'is needed' : 'was not accepted: expired, used up or revoked'
  return `An initial access token ${reason}. Mint one: npx neonpanel iat create`
}

function connectionOf(terminal: Terminal, { client_id: clientId }: Registered): Connection {
  return { clientId, mcpUrl: mcpUrlOf(terminal), issuer: issuerOf(terminal) }
}

function describe(client: Registered, paste: readonly string[]): string {
  const secret = client.client_secret ? [`  Client secret  ${client.client_secret}`] : []
  const token = client.registration_access_token
  const management = [
    '',
    'Registration access token (RFC 7592), shown this once; it manages the client at',
    `  ${client.registration_client_uri}`,
    `  ${token}`,
  ]
  return [
    `Registered ${client.client_name ?? client.client_id}.`,
    '',
    `  Client id      ${client.client_id}`,
    ...secret,
    ...client.redirect_uris.map(
      (uri, index) => `  ${(index === 0 ? 'Redirect URIs' : '').padEnd(13)}  ${uri}`,
    ),
    ...(paste.length > 0 ? ['', ...paste] : []),
    ...(token ? management : []),
  ].join('\n')
}

function misuse(message: string): CommandFailure {
  return new CommandFailure(message, { exitCode: 2 })
}
