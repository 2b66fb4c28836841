import { stdSerializers } from 'pino'

/** What a log line shows in place of a secret. */
export const redacted = '[redacted]'

const deepest = 8

/** `authorization`, `Set-Cookie`, `client_secret`, `codeVerifier`, `initial_access_token`, … but not `statusCode`. */
const secretName =
  /(?:token|tokenhint|secret|password|passphrase|cookie|authorization|assertion|verifier|privatekey|apikey)$|^(?:device|user|authorization)?code$/

/** Whether a key by this name holds something that could be replayed, however it is spelled. */
export function isSecretName(key: string): boolean {
  return secretName.test(key.toLowerCase().replaceAll(/[-_\s]/g, ''))
}

/** A copy of what is about to be logged in which every value under a secret's name is replaced. */
export function redact(record: Record<string, unknown>): Record<string, unknown> {
  return redactEntries(record, 0)
}

function redactEntries(record: object, depth: number, isError = false): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(record)) {
    // An error's `code` is a name such as ECONNREFUSED.
    const hidden = isSecretName(key) && !(isError && key === 'code')
    copy[key] = hidden && isTelling(value) ? redacted : redactValue(value, depth + 1)
  }
  return copy
}

/** Whether there is something, and not that, is worth knowing: `null`, `undefined` and booleans stay. */
function isTelling(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'boolean'
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) return '[deep]'
  if (value instanceof Error) return redactEntries(stdSerializers.err(value), depth, true)
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return redactValue(value.toJSON(), depth + 1)
  }
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1))
  return redactEntries(value, depth)
}
