import { nestsTooDeep } from '@neonpanel/process/json-depth'
import type { Context } from 'koa'
import type { z } from 'zod'
import { holdsNulText } from '../../endpoints/nul.ts'
import { readBody } from '../../endpoints/request-body.ts'
import { ApiRefusal, invalidRequest } from './refusal.ts'

const maximumBytes = 256 * 1024

/**
 * The JSON body of a request, judged by a schema, or by the one that suits it. An empty body counts as `{}`.
 *
 * @throws ApiRefusal 400, 413 or 415
 */
export async function readInput<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema | ((body: unknown) => Schema),
): Promise<z.output<Schema>> {
  const text = await readText(ctx)
  if (text !== '' && !ctx.is('json', '+json')) {
    throw new ApiRefusal(415, 'unsupported_media_type', 'Send JSON as application/json.')
  }
  const body = text === '' ? {} : parseJson(text)
  return judge(typeof schema === 'function' ? schema(body) : schema, body)
}

/**
 * The query of a request, judged by a schema; a repeated parameter counts once, the last.
 *
 * @throws ApiRefusal 400
 */
export function readQuery<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema,
): z.output<Schema> {
  return judge(schema, Object.fromEntries(new URLSearchParams(ctx.querystring)))
}

function judge<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const judged = schema.safeParse(input)
  if (!judged.success) throw invalidRequest(judged.error)
  return judged.data
}

async function readText(ctx: Context): Promise<string> {
  const body = await readBody(ctx.req, maximumBytes)
  if (body) return body.toString('utf8')
  ctx.set('Connection', 'close')
  throw new ApiRefusal(413, 'too_large', `The body has more than ${maximumBytes} bytes.`)
}

function parseJson(text: string): unknown {
  if (nestsTooDeep(text)) throw new ApiRefusal(400, 'invalid_json', 'The body is nested too deep.')
  const parsed = parsedJson(text)
  if (holdsNulText(parsed)) {
    throw new ApiRefusal(400, 'invalid_json', 'The body holds a NUL character.')
  }
  return parsed
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiRefusal(400, 'invalid_json', 'The body is not JSON.')
  }
}
