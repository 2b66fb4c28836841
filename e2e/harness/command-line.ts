import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson, type Decision, type PersonName } from '@neonpanel/testing-kit/person/people'
import { type Finished, type Running, runBinary, startBinary } from 'neonpanel/testing/binary'
import { temporaryDirectory } from './temporary-directory.ts'

/** Somebody's `neonpanel`, with a configuration directory of its own. */
export interface CommandLine {
  /** Where it keeps its credentials. */
  readonly directory: string
  readonly file: string
  run(words: readonly string[], input?: string): Promise<Finished>
  start(words: readonly string[]): Running
  /** `login --no-browser` up to the address that it shows. */
  startLogin(words?: readonly string[]): Promise<{ login: Running; url: URL }>
  /** `login`, with a person who follows the address that it shows. */
  signIn(words?: readonly string[], wish?: SignInWish): Promise<Finished>
  /** The sign-ins as the file holds them. */
  stored(): Promise<StoredSignIn[]>
}

export interface SignInWish {
  readonly person?: PersonName
  readonly decision?: Decision
}

export interface StoredSignIn {
  issuer: string
  resource: string
  client_id: string
  access_token: string
  refresh_token: string
  scope: string
  expires_at: number
}

/** For one test. */
export async function commandLine(
  servers: Servers,
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandLine> {
  const directory = join(await temporaryDirectory(), 'neonpanel')
  const file = join(directory, 'credentials.json')
  const circumstances = {
    environment: {
      NEONPANEL_CONFIG_DIR: directory,
      MCP_URL: servers.mcpUrl,
      ISSUER_URL: servers.issuer,
      ...environment,
    },
  }
  const start: CommandLine['start'] = (words) => startBinary(words, circumstances)
  const startLogin: CommandLine['startLogin'] = async (words = []) => {
    const login = start(['login', '--no-browser', ...words])
    const [, address = ''] = await login.until(/^ {2}(http\S+)$/m)
    return { login, url: new URL(address) }
  }
  return {
    directory,
    file,
    start,
    startLogin,
    run: (words, input) =>
      runBinary(words, { ...circumstances, ...(input !== undefined && { input }) }),
    async signIn(words, { person, decision } = {}) {
      const { login, url } = await startLogin(words)
      await using _ = login
      const callback = await createPerson(servers.issuer, person).authorize(url, decision)
      await (await fetch(callback)).text()
      return await login.finished
    },
    stored: async () => JSON.parse(await readFile(file, 'utf8')).sign_ins,
  }
}
