import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

const lookEveryMs = 500

/** `start`: the same as `npm start`. */
export function addStartCommand(program: Command, terminal: Terminal): void {
  program
    .command('start')
    .description('both servers in one process, with demo data, until Ctrl-C')
    .addHelpText(
      'after',
      `
Environment variables configure it; without any, it listens on this machine's
ports 4400 and 4401 and keeps its data in .neonpanel. When it is ready, it
prints \`ready issuer=… mcp=…\`; with --json one line of JSON before that.

Examples:
  $ npx neonpanel start
  $ AUTH_PORT=0 MCP_PORT=0 DATA_DIR=memory npx neonpanel start`,
    )
    .action(async (_: unknown, command: Command) => {
      const { runStack } = await import('@neonpanel/stack/run')
      const { environment } = terminal
      if (environment.npm_lifecycle_event === 'npx') stopWithShell()
      const asJson = command.optsWithGlobals().json ? { LOG_FORMAT: 'json' } : {}
      await runStack({ ...environment, ...asJson })
    })
}

/** npx hands SIGTERM to a shell that dies of it and passes nothing on: its end is this process's signal. */
function stopWithShell() {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, lookEveryMs)
  watch.unref()
}
