import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingTerminal } from '../testing/recording-terminal.ts'
import { normal, type SignInRecord } from './record.ts'
import { type CredentialStore, openStore } from './store.ts'

let directory: string
let store: CredentialStore

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'neonpanel-store-')), 'made', 'here')
  store = openStore(recordingTerminal({ NEONPANEL_CONFIG_DIR: directory }))
})

afterEach(() => rm(join(directory, '..', '..'), { recursive: true }))

const record = (changes: Partial<SignInRecord> = {}): SignInRecord => ({
  issuer: 'https://as.example',
  resource: 'https://mcp.example/mcp',
  mcp_urls: ['https://mcp.example/mcp'],
  client_id: 'client',
  token_endpoint_auth_method: 'none',
  access_token: 'token',
  scope: 'a b',
  signed_in_at: 1,
  ...changes,
})

describe('the store', () => {
  it('has one sign-in for each issuer and resource, and the newest is found', async () => {
    await store.save(record())
    await store.save(record({ access_token: 'newer', signed_in_at: 2 }))
    await store.save(record({ issuer: 'https://other.example', signed_in_at: 3 }))
    const all = await store.list()
    expect(all.map(({ issuer }) => issuer)).toEqual(['https://other.example', 'https://as.example'])
    expect(all[1]?.access_token).toBe('newer')
    expect((await store.find('https://mcp.example/mcp'))?.issuer).toBe('https://other.example')
    await store.remove(record({ issuer: 'https://other.example' }))
    expect((await store.find('https://mcp.example/mcp'))?.access_token).toBe('newer')
  })

  it('finds by every address that led there, and by no other below the resource', async () => {
    const resource = 'https://mcp.example/'
    await store.save(record({ resource, mcp_urls: [normal('https://MCP.example:443/one/')] }))
    await store.save(record({ resource, mcp_urls: ['https://mcp.example/two'] }))
    for (const url of ['https://mcp.example/one', 'https://mcp.example/two/', resource]) {
      expect(await store.find(url), url).toBeDefined()
    }
    expect(await store.find('https://mcp.example/evil')).toBeUndefined()
  })

  it('keeps what another version of the program wrote', async () => {
    await store.save(record({ later: { member: true } } as Partial<SignInRecord>))
    const content = JSON.parse(await readFile(store.path, 'utf8'))
    await writeFile(store.path, JSON.stringify({ ...content, added: 1 }), { mode: 0o600 })
    await store.save(record({ issuer: 'https://other.example' }))
    const after = JSON.parse(await readFile(store.path, 'utf8'))
    expect(after).toMatchObject({ added: 1, version: 1 })
    expect(after.sign_ins).toContainEqual(expect.objectContaining({ later: { member: true } }))
  })

  it('loses nothing when many write at once', async () => {
    const issuers = Array.from({ length: 12 }, (_, n) => `https://as-${n}.example`)
    await Promise.all(issuers.map((issuer) => store.save(record({ issuer }))))
    expect((await store.list()).map(({ issuer }) => issuer).toSorted()).toEqual(issuers.toSorted())
    expect(await readdir(directory)).toEqual(['credentials.json'])
    expect((await stat(store.path)).mode & 0o777).toBe(0o600)
  })

  it('is as it was when the work on it fails, and free again', async () => {
    await store.save(record())
    const failing = store.update(record(), async () => {
      throw new Error('no network')
    })
    await expect(failing).rejects.toThrow('no network')
    expect(await store.list()).toEqual([record()])
    await store.save(record({ scope: 'c' }))
    expect((await store.list())[0]?.scope).toBe('c')
  })

  it('names what is wrong with a file of another form', async () => {
    await store.save(record())
    await writeFile(store.path, '{"version":2}', { mode: 0o600 })
    await expect(store.list()).rejects.toThrow(/is damaged \(.*\), so nothing was read/)
    await expect(store.save(record())).rejects.toThrow(`mv ${store.path} ${store.path}.damaged`)
    expect(await readFile(store.path, 'utf8')).toBe('{"version":2}')
  })
})
