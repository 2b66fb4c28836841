import { EventEmitter } from 'node:events'
import { registerHooks } from 'node:module'

/**
 * Preloaded into a program (`node --import`): what it opens by the `open` package reaches the person of `desktop.ts`,
 * as it reaches the browser of whoever sits at the computer.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'open' ? { url: import.meta.url, shortCircuit: true } : next(specifier, context),
})

/** As `open` gives it: the process of a browser, which ends well. */
async function open(url: string): Promise<EventEmitter> {
  // biome-ignore lint/style/noProcessEnv: the program's environment is how it is told whose desktop this is
  const desktop = process.env.OPENS_ON_DESKTOP ?? ''
  await fetch(desktop, { method: 'POST', body: url })
  const browser = new EventEmitter()
  setImmediate(() => browser.emit('exit', 0))
  return browser
}

// biome-ignore lint/style/noDefaultExport: as the package that it stands in for
export { open as default }
