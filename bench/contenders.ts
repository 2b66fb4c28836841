import { fileURLToPath } from 'node:url'

/** What is started and measured. */
export interface Contender {
  readonly name: string
  readonly script: string
  /** Keeps a data directory, so that a restart differs from a first start. */
  readonly persistent: boolean
  readonly environment: Readonly<Record<string, string>>
  /** Answers 200 as soon as the process does its work; derived from the issuer it prints. */
  readonly discovery: string
}

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const stack = {
  script: from('../packages/stack/src/main.ts'),
  discovery: '/.well-known/oauth-authorization-server',
}

const anyPorts = { AUTH_PORT: '0', MCP_PORT: '0', LOG_LEVEL: 'warn' }

export const contenders: readonly Contender[] = [
  {
    ...stack,
    name: 'NeonPanel stack, demo data in a file',
    persistent: true,
    environment: anyPorts,
  },
  {
    ...stack,
    name: 'NeonPanel stack, demo data in memory',
    persistent: false,
    environment: { ...anyPorts, DATA_DIR: 'memory' },
  },
  {
    ...stack,
    name: 'NeonPanel stack, empty in memory',
    persistent: false,
    environment: { ...anyPorts, DATA_DIR: 'memory', SEED: 'none' },
  },
  {
    name: 'oauth2-mock-server (one endpoint set, no login, memory)',
    script: from('peers/oauth2-mock-server.ts'),
    persistent: false,
    environment: {},
    discovery: '/.well-known/openid-configuration',
  },
  {
    name: 'oidc-provider (bare library, memory)',
    script: from('peers/oidc-provider.ts'),
    persistent: false,
    environment: {},
    discovery: '/.well-known/openid-configuration',
  },
]
