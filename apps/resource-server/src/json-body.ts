import { limitDepth, nestsTooDeep } from '@neonpanel/process/json-depth'
import { rpcCode } from './json-rpc.ts'

/** The body of a POST: a JSON value, or in one sentence why it is none. */
export type RequestBody =
  | { readonly ok: true; readonly text: string; readonly json: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string }

export function parseBody(text: string): RequestBody {
  if (nestsTooDeep(text)) {
    const message = `Invalid Request: nested more than ${limitDepth} deep`
    return { ok: false, code: rpcCode.invalidRequest, message }
  }
  try {
    return { ok: true, text, json: JSON.parse(text) }
  } catch {
    return { ok: false, code: rpcCode.parseError, message: 'Parse error: the body is not JSON' }
  }
}
