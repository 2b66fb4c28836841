import type { Command } from 'commander'
import { z } from 'zod'
import { callAdminApi } from '../servers.ts'
import { renderTable } from '../table.ts'
import type { Style, Terminal } from '../terminal.ts'
import { isoSeconds } from '../times.ts'

const answer = z.object({
  items: z.array(
    z.looseObject({
      kid: z.string(),
      alg: z.string(),
      /** `signing` now, `next`: once caches of the JWKS have seen it, `retiring`: signs no more, is still accepted. */
      state: z.string(),
      active_from: z.int(),
      retires_at: z.int().nullable(),
    }),
  ),
})

type Keys = z.output<typeof answer>['items']

const tones: Record<string, Style> = { signing: 'green', next: 'cyan' }

/** `keys list|rotate`: the keys that sign tokens. */
export function addKeysCommand(program: Command, terminal: Terminal): void {
  const keys = program
    .command('keys')
    .description('the keys that sign tokens')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel keys rotate')
  keys
    .command('list')
    .description('every published key, in order of use')
    .addHelpText('after', '\nExample:\n  $ npx neonpanel keys list')
    .action(async (_: unknown, command: Command) => {
      const { items } = answer.parse(await callAdminApi(terminal, 'GET', '/keys'))
      tell(items, command, terminal)
    })
  keys
    .command('rotate')
    .description('publish new keys; they sign once caches have seen them, and nobody is signed out')
    .addHelpText(
      'after',
      `
Examples:
  $ npx neonpanel keys rotate
  $ npx neonpanel keys rotate --json | jq -r '.[].kid'`,
    )
    .action(async (_: unknown, command: Command) => {
      const { items } = answer.parse(await callAdminApi(terminal, 'POST', '/keys/rotate'))
      tell(items, command, terminal)
      const [next] = items.filter(({ state }) => state === 'next')
      if (next && !command.optsWithGlobals().json) {
        terminal.err(`The new keys sign from ${isoSeconds(next.active_from)} on.`)
      }
    })
}

function tell(keys: Keys, command: Command, terminal: Terminal) {
  if (command.optsWithGlobals().json) return terminal.out(JSON.stringify(keys))
  const rows = keys.map(({ kid, alg, state, active_from, retires_at }) => [
    kid,
    alg,
    terminal.style(tones[state] ?? 'dim', state),
    isoSeconds(active_from),
    isoSeconds(retires_at, 'not planned'),
  ])
  terminal.out(
    renderTable(['KEY ID', 'ALGORITHM', 'STATE', 'SIGNS FROM', 'LEAVES'], rows, terminal),
  )
}
