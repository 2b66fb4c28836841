import type { Session } from '@neonpanel/doctor/servers'
import { CommandFailure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

export interface SessionWish {
  readonly token?: string
  readonly login?: boolean
  readonly clientId?: string
  readonly scope?: readonly string[]
  readonly device?: boolean
  readonly browser: boolean
}

/**
 * What gives the examination a token: one that was given, or a sign-in that is kept nowhere.
 *
 * @returns undefined when neither was asked for
 * @throws CommandFailure on options that do not go together
 */
export async function sessionFor(
  mcpUrl: string,
  wish: SessionWish,
  terminal: Terminal,
): Promise<(() => Promise<Session>) | undefined> {
  const { token, login, clientId, device, scope } = wish
  if (token !== undefined && login) {
    throw misuse('--token gives a token and --login gets one: choose one of the two.')
  }
  if (!login && (clientId !== undefined || device || scope !== undefined)) {
    throw misuse('--client-id, --scope and --device belong to --login.')
  }
  if (login) return () => signInNow(mcpUrl, wish, terminal)
  if (token === undefined) return undefined
  const accessToken = token === '-' ? await tokenFromInput(terminal) : token
  if (!/^[\w~+/.-]+=*$/.test(accessToken)) {
    throw misuse('--token is no bearer token (RFC 6750 section 2.1).')
  }
  return async () => ({ accessToken })
}

async function tokenFromInput({ err }: Terminal): Promise<string> {
  const { askForSecret } = await import('../sign-in/secret.ts')
  return askForSecret('Access token: ', err)
}

async function signInNow(
  mcpUrl: string,
  { clientId, scope, device = false, browser }: SessionWish,
  terminal: Terminal,
): Promise<Session> {
  const { signIn } = await import('../sign-in/sign-in.ts')
  const { showInBrowser, showInvitation } = await import('../sign-in/presentation.ts')
  const presentation = showInBrowser(terminal, { open: browser })
  const scopes = scope?.flatMap((words) => words.split(/[\s,]+/)).filter(Boolean)
  try {
    const { tokens, client } = await signIn(mcpUrl, {
      clientId,
      clientSecret: terminal.environment.NEONPANEL_CLIENT_SECRET || undefined,
      scopes,
      device,
      show: presentation.show,
      invite: (invitation) => showInvitation(terminal, invitation),
      tell: terminal.err,
    })
    return {
      accessToken: tokens.accessToken,
      grant: {
        clientId: client.clientId,
        clientSecret: client.clientSecret,
        refreshToken: tokens.refreshToken,
        expiresIn: tokens.lifetime,
        scope: tokens.scope,
        requestedScope: scopes?.join(' '),
      },
    }
  } finally {
    presentation.end()
  }
}

function misuse(message: string): CommandFailure {
  return new CommandFailure(message, { exitCode: 2 })
}
