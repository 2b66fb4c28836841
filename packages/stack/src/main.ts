import { enableCompileCache } from 'node:module'

// Before anything else is loaded: the second start then skips type stripping and compiling.
enableCompileCache()
const { runStack } = await import('./run.ts')
// biome-ignore lint/style/noProcessEnv: the entry hands the environment to the one reader of each server
await runStack(process.env)
