import { rpcCode } from './json-rpc.ts'

/** The body of a POST: a JSON value, or in one sentence why it is none. */
export type RequestBody =
  | { readonly ok: true; readonly text: string; readonly json: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string }

/** Deeper nesting is no use to any tool and makes validation expensive. */
const limitDepth = 64

export function parseBody(text: string): RequestBody {
  if (nestsDeeperThan(text, limitDepth)) {
    const message = `Invalid Request: nested more than ${limitDepth} deep`
    return { ok: false, code: rpcCode.invalidRequest, message }
  }
  try {
    return { ok: true, text, json: JSON.parse(text) }
  } catch {
    return { ok: false, code: rpcCode.parseError, message: 'Parse error: the body is not JSON' }
  }
}

/** Counts brackets outside strings, without parsing. */
function nestsDeeperThan(json: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > limit) return true
  }
  return false
}
