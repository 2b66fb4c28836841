import { randomUUID } from 'node:crypto'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Context, Middleware } from 'koa'
import { z } from 'zod'

/** The servers that a fault can be put in front of. */
export const faultServers = ['authorization-server', 'resource-server'] as const

export type FaultServer = (typeof faultServers)[number]

const headers = z.record(z.string(), z.string()).refine(canBeSent, {
  error: 'must be valid header names and values',
})

/**
 * A fault as people write it (JSON): where it strikes, what it does, how long it stays.
 * Nothing in `where` means every request of both servers, but the console, which must stay able to turn it off.
 */
export const faultSchema = z.strictObject({
  where: z
    .strictObject({
      server: z.enum(faultServers).optional(),
      method: z
        .string()
        .regex(/^[A-Za-z]+$/, { error: 'must be an HTTP method' })
        .transform((method) => method.toUpperCase())
        .optional(),
      /** Compared exactly; a `*` at the end matches any rest. */
      path: z.string().startsWith('/').optional(),
    })
    .default({}),
  what: z
    .strictObject({
      /** Answers in place of the server. */
      status: z.int().min(200).max(599).optional(),
      /** Text, or a value sent as JSON. Answers in place of the server, 200 without `status`. */
      body: z.json().optional(),
      /** Of the answer given in place of the server's, or added to the server's own. */
      headers: headers.optional(),
      /** Waits before anything else happens. */
      delay_ms: z.int().min(1).max(600_000).optional(),
      /** Ends the connection without an answer. */
      drop_connection: z.literal(true).optional(),
    })
    .refine((what) => Object.keys(what).length > 0, {
      error: 'must name at least one of status, body, headers, delay_ms, drop_connection',
    }),
  until: z
    .strictObject({
      /** Requests that it strikes before it is gone. */
      count: z.int().min(1).max(100_000).optional(),
      expires_in_seconds: z.int().min(1).max(86_400).optional(),
    })
    .default({}),
})

export type FaultDefinition = z.output<typeof faultSchema>

export interface Fault extends Pick<FaultDefinition, 'where' | 'what'> {
  readonly id: string
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  /** Requests that it may still strike; undefined = any number. */
  remaining: number | undefined
  hits: number
  lastHitAt: Date | undefined
}

/** The faults that are on. Both servers of one process look at the same rules. */
export interface FaultRules {
  add(definition: FaultDefinition): Fault
  list(): Fault[]
  remove(id: string): boolean
  /** Returns how many were on. */
  clear(): number
  /** The faults that strike this request, oldest first; each is counted as a hit. */
  strike(server: FaultServer, method: string, path: string): Fault[]
}

export function createFaultRules(): FaultRules {
  const faults = new Map<string, Fault>()
  const forgetEnded = () => {
    for (const [id, fault] of faults) if (hasEnded(fault)) faults.delete(id)
  }
  return {
    add({ where, what, until }) {
      const fault: Fault = {
        id: randomUUID(),
        where,
        what,
        createdAt: new Date(),
        expiresAt:
          until.expires_in_seconds === undefined
            ? undefined
            : new Date(Date.now() + until.expires_in_seconds * 1000),
        remaining: until.count,
        hits: 0,
        lastHitAt: undefined,
      }
      faults.set(fault.id, fault)
      return fault
    },
    list() {
      forgetEnded()
      return [...faults.values()]
    },
    remove(id) {
      forgetEnded()
      return faults.delete(id)
    },
    clear() {
      forgetEnded()
      const { size } = faults
      faults.clear()
      return size
    },
    strike(server, method, path) {
      if (faults.size === 0) return []
      forgetEnded()
      const struck = [...faults.values()].filter(({ where }) =>
        matches(where, server, method, path),
      )
      for (const fault of struck) countHit(fault)
      return struck
    },
  }
}

/**
 * Puts the rules in front of a server. Without a rule a request passes after one comparison; the console is never
 * struck, so that a fault can always be turned off.
 */
export function injectFaults(rules: FaultRules, server: FaultServer): Middleware {
  return async function faults(ctx, next) {
    if (isConsole(ctx.path)) return next()
    const struck = rules.strike(server, ctx.method, ctx.path)
    if (struck.length === 0) return next()
    for (const { what } of struck) {
      if (what.delay_ms !== undefined && !(await delay(ctx, what.delay_ms))) return
      if (what.drop_connection) return dropConnection(ctx)
      if (what.status !== undefined || what.body !== undefined) return answer(ctx, what)
    }
    await next()
    for (const { what } of struck) if (what.headers) ctx.set(what.headers)
  }
}

function matches(
  where: FaultDefinition['where'],
  server: FaultServer,
  method: string,
  path: string,
): boolean {
  if (where.server && where.server !== server) return false
  if (where.method && where.method !== method) return false
  if (!where.path) return true
  return where.path.endsWith('*') ? path.startsWith(where.path.slice(0, -1)) : path === where.path
}

function countHit(fault: Fault) {
  fault.hits += 1
  fault.lastHitAt = new Date()
  if (fault.remaining !== undefined) fault.remaining -= 1
}

function hasEnded({ remaining, expiresAt }: Fault): boolean {
  return remaining === 0 || (expiresAt !== undefined && expiresAt.getTime() <= Date.now())
}

function isConsole(path: string): boolean {
  return path === '/console' || path.startsWith('/console/')
}

/** Whether the caller still waits afterwards. */
async function delay(ctx: Context, milliseconds: number): Promise<boolean> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  ctx.res.once('close', leave)
  try {
    await wait(milliseconds, undefined, { signal: gone.signal })
    return true
  } catch {
    ctx.respond = false
    return false
  } finally {
    ctx.res.off('close', leave)
  }
}

function dropConnection(ctx: Context) {
  ctx.respond = false
  ctx.req.socket.destroy()
}

function answer(ctx: Context, what: FaultDefinition['what']) {
  ctx.status = what.status ?? 200
  if (what.body === undefined) ctx.body = null
  else if (typeof what.body === 'string') {
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = what.body
  } else {
    ctx.type = 'application/json; charset=utf-8'
    ctx.body = JSON.stringify(what.body)
  }
  // Koa turns an empty body into 204; the fault's status wins.
  ctx.status = what.status ?? 200
  if (what.headers) ctx.set(what.headers)
}

function canBeSent(entries: Record<string, string>): boolean {
  try {
    for (const [name, value] of Object.entries(entries)) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
    return true
  } catch {
    return false
  }
}
