import type Router from '@koa/router'
import type { Context } from 'koa'
import type { z } from 'zod'
import { readInput, readQuery } from './input.ts'

/** Names of the `:parameters` in a path. */
type ParameterIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParameterIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** What a caller sent, once its schemas accepted it. */
interface Asked<Path extends string, Query, Body> {
  readonly params: Readonly<Record<ParameterIn<Path>, string>>
  readonly query: Query
  readonly body: Body
  readonly ctx: Context
}

interface Description {
  /** Unique; clients that are generated from the document name their functions by it. */
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** Below `/console/api`, with `:parameters`. */
  readonly path: `/${string}`
  /** The section that it belongs to. */
  readonly tag: string
  readonly summary: string
  /** 200 with an answer, 204 without one, unless this says otherwise. */
  readonly status?: 201
  /** Media type of an answer that `run` streams by itself, in place of JSON. */
  readonly download?: string
  /** Further media types in which `run` may answer, by what the caller accepts. */
  readonly otherTypes?: readonly string[]
  /** Refusals of its own, by status; those of every operation of its kind are known. */
  readonly refusals?: Readonly<Record<number, string>>
}

/** One thing that the admin API does. Routing and the OpenAPI document both come from it and cannot differ. */
export interface Operation extends Description {
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Which of the schemas in a union a body is judged by, so that its problems are those of what was meant. */
  readonly judgeBody?: (body: unknown) => z.ZodType
  readonly answer?: z.ZodType
  readonly run: (asked: Asked<string, unknown, unknown>) => unknown
}

interface Definition<
  Path extends `/${string}`,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Description {
  readonly path: Path
  readonly query?: Query
  readonly body?: Body
  readonly judgeBody?: (body: unknown) => z.ZodType
  readonly answer?: Answer
  run(
    asked: Asked<Path, z.output<Query>, z.output<Body>>,
  ): z.output<Answer> | Promise<z.output<Answer>>
}

/** Ties what an operation is given and answers to its schemas. */
export function operation<
  const Path extends `/${string}`,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: Definition<Path, Query, Body, Answer>): Operation {
  return definition as unknown as Operation
}

/** Status of an operation's success. */
export function statusOf({ status, answer, download }: Operation): number {
  return status ?? (answer || download ? 200 : 204)
}

/** Serves every operation; `ApiRefusal`s are the caller's to answer. */
export function serveOperations(router: Router, operations: readonly Operation[]): void {
  for (const served of operations) {
    router[served.method](served.path, async (ctx) => {
      const query = served.query && readQuery(ctx, served.query)
      const body = served.body && (await readInput(ctx, served.judgeBody ?? served.body))
      const answer = await served.run({ ctx, query, body, params: ctx.params })
      ctx.status = statusOf(served)
      if (served.answer) ctx.body = answer
    })
  }
}
