import type { Progress, Terminal } from '../terminal.ts'
import type { DeviceInvitation } from './device.ts'

/** How an address to sign in at is brought before a person. */
export interface Presentation {
  readonly show: (url: URL) => void
  /** The person is done, or nobody waits any more. */
  readonly end: () => void
}

/** Prints the address on standard error; opens it as well where that is wanted. */
export function showInBrowser(
  terminal: Terminal,
  { open }: { readonly open: boolean },
): Presentation {
  let waiting: Progress | undefined
  return {
    show(url) {
      const lead = open
        ? `Your browser opens to sign in at ${url.origin}. If it does not, open this address:`
        : 'Open this address in the browser of this computer to sign in:'
      terminal.err(`${lead}\n\n  ${url.href}\n`)
      waiting = terminal.progress('Waiting for you to sign in …')
      if (open) openBrowser(url, terminal).catch(() => undefined)
    },
    end: () => waiting?.done(),
  }
}

/** Shows the code of the device flow so that it can be read from across the desk. */
export function showInvitation(
  terminal: Terminal,
  { userCode, verificationUri, verificationUriComplete, expiresIn }: DeviceInvitation,
): void {
  const edge = '─'.repeat(userCode.length + 6)
  terminal.err(`On any device, open ${verificationUri} and enter this code:

    ┌${edge}┐
    │   ${terminal.styleErr('bold', userCode)}   │
    └${edge}┘
`)
  if (verificationUriComplete !== undefined) {
    terminal.err(`Or open ${verificationUriComplete}`)
  }
  terminal.err(`The code is good for ${Math.floor(expiresIn / 60)} minutes. Waiting …`)
}

/** No browser is no failure: the address stands on the screen. */
async function openBrowser(url: URL, { err }: Terminal): Promise<void> {
  const unopened = () => err('No browser could be opened here: open the address above yourself.')
  try {
    const { default: open } = await import('open')
    const browser = await open(url.href)
    browser.once('error', unopened)
  } catch {
    unopened()
  }
}
