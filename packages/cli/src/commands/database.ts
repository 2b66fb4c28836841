import type { Command } from 'commander'
import { type Terminal, watched } from '../terminal.ts'

/** `migrate` and `seed`: the database that DATABASE_URL or DATA_DIR names, without a server. */
export function addDatabaseCommands(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('bring the database of DATABASE_URL or DATA_DIR up to date')
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgresql://… npx neonpanel migrate')
    .action(async (_: unknown, command: Command) => {
      const { migrateDatabase } = await import('@neonpanel/stack/database')
      const applied = await watched(terminal, 'Applying migrations', () =>
        migrateDatabase(terminal.environment),
      )
      if (command.optsWithGlobals().json) return terminal.out(JSON.stringify({ applied }))
      for (const name of applied) terminal.out(`applied ${name}`)
      if (applied.length === 0) terminal.out('Nothing to apply: the database is up to date.')
    })
  program
    .command('seed')
    .description('migrate, then add the demo: companies, people, clients; once')
    .option('--file <path>', 'add what this seed file (JSON or YAML) holds, in place of the demo')
    .addHelpText(
      'after',
      `
Examples:
  $ DATABASE_URL=postgresql://… npx neonpanel seed
  $ npx neonpanel seed --file seed.yaml`,
    )
    .action(async ({ file }: { file?: string }, command: Command) => {
      const { seedDatabase } = await import('@neonpanel/stack/database')
      await watched(terminal, 'Filling the database', () =>
        seedDatabase(terminal.environment, file),
      )
      if (command.optsWithGlobals().json) terminal.out(JSON.stringify({ seed: file ?? 'demo' }))
      else
        terminal.out(
          `The database has ${file === undefined ? 'the demo data' : `what ${file} holds`}.`,
        )
    })
}
