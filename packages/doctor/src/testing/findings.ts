import { createAsk } from '../ask.ts'
import { type Examination, startCourse } from '../examination.ts'
import type { Area, Finding } from '../finding.ts'
import type { AuthorizationServer, Resource, ResourceMetadata, ServerMetadata } from '../servers.ts'
import type { Addresses } from './changes.ts'
import { resourceMetadataUrl, serverMetadataPaths } from './documents.ts'

/**
 * Runs the checks of one area alone.
 *
 * @throws Error where a finding lacks what its fix speaks of
 */
export async function examineArea<T>(
  mcpUrl: string,
  area: Area,
  run: (examination: Examination) => Promise<T>,
  fetchIt: typeof fetch = fetch,
): Promise<{ result: T | undefined; findings: readonly Finding[] }> {
  const course = startCourse({ mcpUrl, ask: createAsk(2000, fetchIt) }, {})
  const result = await course.check(area, run)
  const unfilled = course.findings.find(({ fix }) => /\{(?:where|got|expected)\}/.test(fix))
  if (unfilled) throw new Error(`${unfilled.id} leaves out what its fix says: ${unfilled.fix}`)
  return { result, findings: course.findings }
}

/** A finding without what differs from run to run: `error registration_broken`. */
export const named = (findings: readonly Finding[]) =>
  findings.map(({ level, id }) => `${level} ${id}`)

/** What the earlier areas learn of the servers: the documents as they are served. */
export async function learnt(
  at: Addresses,
): Promise<{ resource: Resource; server: AuthorizationServer }> {
  const { issuer } = at
  const resourceUrl = resourceMetadataUrl(at)
  const url = at.authOrigin + serverMetadataPaths(at)[0]
  const [metadata, document] = await Promise.all([read(resourceUrl), read(url)])
  return {
    resource: { url: resourceUrl, metadata: metadata as unknown as ResourceMetadata, issuer },
    server: { issuer, url, metadata: document as unknown as ServerMetadata, document },
  }
}

async function read(url: string): Promise<Record<string, unknown>> {
  return (await fetch(url)).json() as Promise<Record<string, unknown>>
}
