import envPaths from 'env-paths'
import { z } from 'zod'
import { CommandFailure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import { privateFile } from './private-file.ts'
import { fileSchema, normal, type SignInRecord } from './record.ts'

/** Where sign-ins are kept: one for each issuer and resource. */
export interface CredentialStore {
  readonly path: string
  /** Newest first. */
  list(): Promise<readonly SignInRecord[]>
  /** The newest sign-in for an address of an MCP server. */
  find(mcpUrl: string): Promise<SignInRecord | undefined>
  /** Puts a sign-in in the place of the one of the same issuer and resource. */
  save(record: SignInRecord): Promise<void>
  remove(record: SignInRecord): Promise<void>
  /** Reads, works and writes while no other process does: `change` gives the sign-in that takes the place. */
  update(
    key: Pick<SignInRecord, 'issuer' | 'resource'>,
    change: (current: SignInRecord | undefined) => Promise<SignInRecord | undefined>,
  ): Promise<SignInRecord | undefined>
}

/** The store of who runs this: in NEONPANEL_CONFIG_DIR, by default where the system keeps configuration. */
export function openStore({ environment, err }: Terminal): CredentialStore {
  const directory = environment.NEONPANEL_CONFIG_DIR || envPaths('neonpanel', { suffix: '' }).config
  const file = privateFile(directory, 'credentials.json', err)
  const read = async () => parse(await file.read(), file.path)

  const update: CredentialStore['update'] = (key, change) =>
    file.exclusively(async () => {
      const { sign_ins: all, ...rest } = await read()
      const current = all.find((one) => sameKey(one, key))
      const next = await change(current)
      if (next === current) return next
      const others = all.filter((one) => one !== current)
      const sign_ins = next === undefined ? others : [...others, next]
      await file.write(`${JSON.stringify({ ...rest, sign_ins }, null, 2)}\n`)
      return next
    })
  const list = async () =>
    (await read()).sign_ins.toSorted((one, other) => other.signed_in_at - one.signed_in_at)
  return {
    path: file.path,
    list,
    update,
    find: async (mcpUrl) => (await list()).find((one) => leadsTo(one, mcpUrl)),
    async save(record) {
      await update(record, async (current) => ({
        ...record,
        mcp_urls: [...new Set([...(current?.mcp_urls ?? []), ...record.mcp_urls])],
      }))
    },
    async remove(record) {
      await update(record, async () => undefined)
    },
  }
}

const sameKey = (
  one: Pick<SignInRecord, 'issuer' | 'resource'>,
  other: Pick<SignInRecord, 'issuer' | 'resource'>,
) => one.issuer === other.issuer && one.resource === other.resource

/** A token goes only where its sign-in began, or to the very resource: never to what merely lies below it. */
function leadsTo({ resource, mcp_urls: urls }: SignInRecord, mcpUrl: string): boolean {
  const wanted = normal(mcpUrl)
  return normal(resource) === wanted || urls.includes(wanted)
}

function parse(content: string | undefined, path: string): z.output<typeof fileSchema> {
  if (content === undefined) return { version: 1, sign_ins: [] }
  try {
    return fileSchema.parse(JSON.parse(content))
  } catch (cause) {
    const reason =
      cause instanceof z.ZodError ? z.prettifyError(cause).split('\n')[0] : 'it is not JSON'
    throw new CommandFailure(
      `${path} is damaged (${reason}), so nothing was read and nothing was written. Move it away and sign in again: mv ${path} ${path}.damaged`,
      { cause },
    )
  }
}
