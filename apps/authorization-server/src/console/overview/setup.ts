import type { Config } from '../../config.ts'
import { routes } from '../../provider/configuration.ts'
import { counted } from '../pager.ts'
import type { Figures } from './figures.ts'

/** One step on the way to a connected client. */
export interface SetupStep {
  readonly title: string
  /** What the text is about, when it is an id. */
  readonly subject?: string
  readonly text: string
  readonly done: boolean
  /** What to paste, on steps that need nothing else. */
  readonly url?: string
  /** Where the step is taken. */
  readonly page?: { readonly href: string; readonly label: string }
}

/** What it takes to connect a client, and how much of it is done. */
export function setupSteps(
  figures: Pick<Figures, 'signingKid' | 'readyTokens' | 'unreviewedClients'>,
  { issuer, mcpUrl, registrationMode }: Pick<Config, 'issuer' | 'mcpUrl' | 'registrationMode'>,
): SetupStep[] {
  return [
    {
      title: 'MCP URL',
      text: 'Paste this into ChatGPT, Claude, Cursor or VS Code.',
      done: true,
      url: mcpUrl,
    },
    {
      title: 'Authorize URL',
      text: 'Where people sign in. PKCE with S256 is required.',
      done: true,
      url: `${issuer}${routes.authorization}`,
    },
    {
      title: 'Token URL',
      text: 'Where clients redeem codes and refresh tokens.',
      done: true,
      url: `${issuer}${routes.token}`,
    },
    ...(registrationMode === 'off'
      ? []
      : [
          {
            title: 'Registration URL',
            text: 'Where clients register themselves.',
            done: true,
            url: `${issuer}${routes.registration}`,
          },
        ]),
    {
      title: 'Signing key',
      subject: figures.signingKid,
      text: 'signs access tokens.',
      done: true,
      page: { href: '/console/keys', label: 'View keys' },
    },
    ...(registrationMode === 'iat' ? [tokenStep(figures.readyTokens)] : []),
    reviewStep(figures.unreviewedClients),
  ]
}

function tokenStep(readyTokens: number): SetupStep {
  return {
    title: 'Mint an initial access token',
    text:
      readyTokens > 0
        ? `${counted(readyTokens, 'token')} ready to use.`
        : 'Clients that register themselves need one.',
    done: readyTokens > 0,
    page: { href: '/console/initial-access-tokens', label: 'Mint a token' },
  }
}

function reviewStep(unreviewedClients: number): SetupStep {
  return {
    title: 'Review new clients',
    text:
      unreviewedClients === 0
        ? 'Every client that registered itself is reviewed.'
        : `${counted(unreviewedClients, 'client')} registered and not reviewed.`,
    done: unreviewedClients === 0,
    page: { href: '/console/clients?standing=unreviewed', label: 'Review clients' },
  }
}
