import type { Session } from '@neonpanel/doctor/servers'
import { type Stack, startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { adminApi } from '../harness/admin.ts'
import { freshDatabase, quietEnvironment } from '../harness/stack.ts'
import type { Defect } from './animal.ts'
import { startGate } from './gate.ts'

/** One healthy stack behind two gates, which every animal borrows. */
export interface ZooStack extends AsyncDisposable {
  readonly stack: Stack
  /** Gives the stack a defect, for as long as what is returned is not disposed of. */
  afflict(defect: Exclude<Defect, { server: unknown }>): Promise<AsyncDisposable>
  /** Signs the owner in as a client that stays below what the person may do. */
  signIn(): Promise<Session>
}

const requestedScope = 'read:companies read:inventory'

export async function startZooStack(environment: Record<string, string> = {}): Promise<ZooStack> {
  await using starting = new AsyncDisposableStack()
  const authorization = await startGate('authorization-server')
  starting.defer(() => authorization.close())
  const resource = await startGate('resource-server')
  starting.defer(() => resource.close())
  const { variables, remove } = await freshDatabase()
  starting.defer(remove)
  const stack = await startStack({
    environment: {
      ...quietEnvironment,
      ...variables,
      ISSUER_URL: `http://localhost:${authorization.port}`,
      MCP_URL: `http://localhost:${resource.port}/mcp`,
      REGISTRATION_MODE: 'open',
      TEST_CONTROLS: 'true',
      // The gates are proxies, and say where requests come from.
      TRUST_PROXY: 'true',
      ...environment,
    },
  })
  starting.defer(() => stack.stop())
  const portOf = (name: string) => Number(stack.environment[name])
  authorization.open({ port: portOf('AUTH_PORT'), resource: stack.mcpUrl })
  resource.open({ port: portOf('MCP_PORT'), resource: stack.mcpUrl })
  const started = starting.move()

  let visitors = 0
  async function afflict(defect: Exclude<Defect, { server: unknown }>): Promise<AsyncDisposable> {
    visitors += 1
    // Failures are counted by address: each animal is visited from another one.
    for (const gate of [authorization, resource]) gate.visitor(`192.0.2.${visitors}`)
    if ('distortion' in defect) {
      for (const gate of [authorization, resource]) gate.distort(defect.distortion)
      return disposable(async () => {
        for (const gate of [authorization, resource]) gate.distort(undefined)
      })
    }
    const api = adminApi(stack)
    const { status, text } = await api.post('/faults', 'preset' in defect ? defect : defect.fault)
    if (status !== 201) throw new Error(`The fault is not on: ${status} ${text}`)
    return disposable(async () => void (await api.remove('/faults')))
  }
  return {
    stack,
    afflict,
    signIn: () => signIn(stack),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function signIn(stack: Stack): Promise<Session> {
  const tokens = await tokensFor(stack, { scope: requestedScope })
  return {
    accessToken: tokens.access_token,
    grant: {
      clientId: tokens.client.clientId,
      refreshToken: tokens.refresh_token,
      // Missing where the animal leaves it out.
      tokenType: tokens.token_type ?? '',
      expiresIn: tokens.expires_in,
      scope: tokens.scope,
      requestedScope,
    },
  }
}

function disposable(dispose: () => Promise<void>): AsyncDisposable {
  return { [Symbol.asyncDispose]: dispose }
}
