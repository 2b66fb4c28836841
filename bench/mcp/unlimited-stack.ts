import { enableCompileCache } from 'node:module'

// The product as it starts, but that one person and client may call as fast as a benchmark does.
enableCompileCache()
const { startStack } = await import('@neonpanel/stack')
const { runProcess } = await import('@neonpanel/process/signals')

await runProcess(async () => {
  const stack = await startStack({
    // biome-ignore lint/style/noProcessEnv: the entry hands the environment to the one reader of each server
    environment: process.env,
    limits: { messages: Number.MAX_SAFE_INTEGER },
  })
  process.stdout.write(`ready issuer=${stack.issuer} mcp=${stack.mcpUrl}\n`)
  return stack
})
