import { createInterface, type Interface } from 'node:readline'
import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import { listenForCallback } from '@neonpanel/personas/engine/listener'
import type { Persona } from '@neonpanel/personas/persona'
import type { PersonaWish } from '@neonpanel/personas/run-persona'
import { showInBrowser } from '../sign-in/presentation.ts'
import type { Terminal } from '../terminal.ts'
import { followRedirects } from './follow.ts'

export interface PersonOptions {
  /** Nobody is needed: redirects are followed without a browser. */
  readonly follow: boolean
  /** Reads the address where the browser ended from standard input, also where it could be listened for. */
  readonly paste: boolean
  /** Opens the browser of this computer; the address is printed anyhow. */
  readonly browser: boolean
  readonly timeoutMs: number
}

/** Who signs in. Holds standard input while it is read. */
export interface KeyboardPerson extends AsyncDisposable {
  readonly openBrowser: PersonaWish['openBrowser']
  /** The client goes on: nobody is waited for. */
  readonly cameBack: () => void
}

/**
 * The person at the keyboard, with their browser. Where the client would come back to this computer, this process listens
 * there; where it would come back to its maker's cloud or to a program, the person says where the browser ended.
 */
export function personAtKeyboard(
  terminal: Terminal,
  persona: Persona,
  options: PersonOptions,
): KeyboardPerson {
  const { follow, paste, browser, timeoutMs } = options
  const presentation = showInBrowser(terminal, { open: browser })
  let input: Interface | undefined
  let lines: AsyncIterator<string> | undefined
  const nextLine = async () => {
    input ??= createInterface({ input: process.stdin })
    lines ??= input[Symbol.asyncIterator]()
    const { value, done } = await lines.next()
    if (done) throw new Error('standard input ended before it had the address')
    return value.trim()
  }
  const openBrowser: PersonaWish['openBrowser'] = async (url) => {
    if (follow) return followRedirects(url, timeoutMs)
    const redirectUri = url.searchParams.get('redirect_uri') ?? ''
    const callback = paste ? undefined : await callbackOf(persona, redirectUri)
    presentation.show(url)
    if (callback) return callback.arrived()
    presentation.end()
    terminal.err(howToPaste(persona, redirectUri))
    for (;;) {
      const line = await nextLine()
      if (URL.canParse(line)) return new URL(line)
      terminal.err(`“${line}” is no address. Paste the whole of it, ${redirectUri}?…`)
    }
  }
  return {
    openBrowser,
    cameBack: presentation.end,
    async [Symbol.asyncDispose]() {
      presentation.end()
      input?.close()
    },
  }
}

interface Callback {
  /** The URL that the browser came back with; undefined where the engine hears it. */
  readonly arrived: () => Promise<URL | undefined>
}

/** How the browser is heard where it comes back to this computer; undefined where it does not, or cannot. */
async function callbackOf(persona: Persona, redirectUri: string): Promise<Callback | undefined> {
  if (persona.redirect.uri.includes('{port}')) return { arrived: async () => undefined }
  if (!redirectUri.startsWith('http://') || !isLoopbackUrl(redirectUri)) return undefined
  const { hostname, port } = new URL(redirectUri)
  const listener = await listenForCallback(hostname, Number(port))
  if (String(listener.port) !== port) {
    // The real client has its port, and would take the answer.
    await listener[Symbol.asyncDispose]()
    return undefined
  }
  return {
    async arrived() {
      await using _ = listener
      return await listener.callback
    },
  }
}

function howToPaste({ title }: Persona, redirectUri: string): string {
  const { protocol, hostname } = new URL(redirectUri)
  const there = /^https?:$/.test(protocol)
    ? [
        `The browser ends at ${redirectUri}?…`,
        `That is ${title}’s own address, and ${hostname} knows nothing of this sign-in: a page with an error is expected.`,
        'Copy the whole address from the browser and paste it here.',
      ]
    : [
        `The browser ends at ${redirectUri}?…`,
        `It offers to open ${title}: decline. The address stands in the developer tools, under Network, as Location of the last answer.`,
        'Paste it here.',
      ]
  return [
    ...there,
    'Within five minutes: the client waits no longer, and the code in it dies soon as well.',
    '',
  ].join('\n')
}
