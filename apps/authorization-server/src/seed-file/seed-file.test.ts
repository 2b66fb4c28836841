import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { verifyPassword } from '../people/passwords.ts'
import { listSigningKeys } from '../provider/signing-keys.ts'
import { applySeedFile } from './apply.ts'
import { parseSeedFile, SeedFileError } from './read.ts'
import { seedFileJsonSchema } from './schema.ts'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const guide = readFileSync(join(repository, 'docs/testing/seed-file.md'), 'utf8')
const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''

let folder: string
let database: Database

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seed-file-'))
  database = await openDatabase('memory:')
  await migrate(database)
})

afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

function write(text: string, name = 'seed.yaml'): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const apply = (path: string, again = false) =>
  applySeedFile(database, { path, appSecrets: undefined, accessTokenTtlSeconds: 3_600 }, { again })

function problemsOf(text: string): readonly string[] {
  try {
    parseSeedFile('seed.yaml', text, [{ id: 'co_harbor_us', name: 'Harbor Goods LLC' }])
  } catch (error) {
    if (error instanceof SeedFileError) return error.problems
    throw error
  }
  return []
}

describe('the example of the guide', () => {
  it('is people, roles, clients, a company with stock, and a key, under the ids that it tells', async () => {
    await apply(write(example))
    const { prisma } = database
    const people = await prisma.person.findMany({ include: { memberships: true } })
    expect(people.map(({ id }) => id).toSorted()).toEqual([
      'prs_ada',
      'prs_bob_acme_test',
      'prs_gone_acme_test',
    ])
    const ada = people.find(({ id }) => id === 'prs_ada')!
    expect(ada.memberships).toMatchObject([{ companyId: 'co_acme_trading', role: 'Owner' }])
    expect(await verifyPassword('correct horse', ada.passwordHash)).toBe(true)
    expect(people.filter(({ suspendedAt }) => suspendedAt).map(({ id }) => id)).toEqual([
      'prs_gone_acme_test',
    ])
    expect(await prisma.costLayer.findMany()).toMatchObject([
      {
        itemId: 'itm_acme_trading_acme_1',
        warehouseId: 'wh_acme_trading_main',
        remainingQuantity: 120,
        remainingCostMinor: 150_000,
      },
    ])
    const clients = await prisma.client.findMany({ orderBy: { clientId: 'asc' } })
    expect(clients).toMatchObject([
      { clientId: 'desktop-app', origin: 'pre-registered', secretHash: null },
      { clientId: 'nightly-job', scopeCeiling: 'read:companies read:inventory' },
      { clientId: 'stranger', origin: 'open' },
    ])
    expect(JSON.parse(clients[0]!.metadata)).toMatchObject({ application_type: 'native' })
    expect(JSON.parse(clients[1]!.metadata)).toMatchObject({ grant_types: ['client_credentials'] })
    expect(await verifyPassword('nightly-job-secret', clients[1]!.secretHash!)).toBe(true)
    const keys = await listSigningKeys({ database })
    expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
    expect(keys.find(({ algorithm }) => algorithm === 'ES256')?.kid).toBe('acme-1')
  })

  it('is applied once; what was changed since stays, and an edited file adds what is new', async () => {
    const path = write(example)
    await apply(path)
    const { prisma } = database
    await prisma.person.update({ where: { id: 'prs_ada' }, data: { name: 'Countess' } })
    await prisma.client.delete({ where: { clientId: 'stranger' } })
    await apply(path)
    expect(await prisma.client.count()).toBe(2)
    await apply(write(`${example}\n# edited\n`.replace('name: Bob', 'name: Robert')))
    expect(await prisma.client.count()).toBe(3)
    expect(await prisma.person.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { name: 'Countess' },
      { name: 'Bob' },
      { name: 'Gone' },
    ])
    expect(await listSigningKeys({ database })).toHaveLength(2)
    expect(await prisma.costLayer.count()).toBe(1)
  })

  it('goes on top of the demo, whose companies have names', async () => {
    await seed(database, { seed: 'demo' })
    const text = 'people: [{ email: EVE@x.test, name: Eve, roles: { Harbor Goods LLC: Owner } }]'
    await apply(write(text, 'seed.json'))
    expect(await database.prisma.person.count()).toBe(7)
    const eve = await database.prisma.person.findUniqueOrThrow({
      where: { email: 'eve@x.test' },
      include: { memberships: true },
    })
    expect(eve.memberships).toMatchObject([{ companyId: 'co_harbor_us', role: 'Owner' }])
    const taken = write('people: [{ email: owner@neonpanel.test, name: Other }]')
    await expect(apply(taken)).rejects.toThrow(
      'people[0].email owner@neonpanel.test is that of prs_owner, who is there already',
    )
  })
})

describe('what is wrong with a seed file', () => {
  it('is told at once, with lines', () => {
    const text = `companies:
  - name: Acme
    currency: dollars
    items:
      - { sku: A, stock: { Main: -1 } }
people:
  - email: nobody
    name: ""
    role: Owner
clients:
  - name: Web
    secret: a-secret-of-mine
  - name: Evil
    redirect_uris: ["http://evil.test/cb"]
`
    expect(problemsOf(text)).toEqual([
      'line 3: companies[0].currency must be an ISO 4217 code, such as USD',
      'line 5: companies[0].items[0].stock.Main must be 0 or more',
      'line 7: people[0].email must be an e-mail address',
      'line 8: people[0].name must not be empty',
      'line 9: people[0].role there is no such member',
      'line 12: clients[0].secret must not be given to a public client',
      'line 11: clients[0].redirect_uris must name at least one for a public client',
      'line 14: clients[1].redirect_uris[0] must be https off this machine',
    ])
  })

  it('is told of what names nothing, or what is there twice', () => {
    const text = `companies:
  - name: Acme
    warehouses: [{ name: Main }, { name: main }]
    items: [{ sku: A, stock: { Cellar: 1 } }]
people:
  - { email: a@x.test, name: A, roles: { Akme: Owner } }
  - { id: b, email: A@x.test, name: B, roles: { co_harbor_us: Viewer } }
`
    expect(problemsOf(text)).toEqual([
      'line 7: people[1] email a@x.test is that of number 1 already',
      'line 3: companies[0].warehouses[1] id wh_acme_main is that of number 1 already; give one of them an id of its own',
      'line 4: companies[0].items[0].stock.Cellar the company has no such warehouse; it has Main (wh_acme_main), main (wh_acme_main)',
      'line 6: people[0].roles.Akme there is no such company; there are Harbor Goods LLC (co_harbor_us), Acme (co_acme)',
    ])
  })

  it.each([
    ['a key without its private part', '{kty: EC, crv: P-256, x: a, y: b}', '[0].d must be there'],
    ['another curve', '{kty: EC, crv: P-384, x: a, y: b, d: c}', '[0].crv must be P-256'],
    ['a broken key', '{kty: EC, crv: P-256, x: a, y: b, d: c}', '[0] must be a private JWK'],
  ])('is %s', (_, key, words) => {
    expect(problemsOf(`signing_keys: [${key}]`).join()).toContain(`line 1: signing_keys${words}`)
  })

  it('is a syntax error, and a file that is not there', async () => {
    expect(problemsOf('people: [\n  - x')[0]).toMatch(/^line \d: /)
    await expect(apply(join(folder, 'none.yaml'))).rejects.toThrow('it cannot be read (ENOENT)')
  })

  it('leaves nothing behind', async () => {
    await expect(apply(write(example.replace('Owner', 'Boss')))).rejects.toThrow('people[0].roles')
    expect(await database.prisma.company.count()).toBe(0)
  })
})

it('the published JSON Schema takes the example, and not what the code refuses by shape', () => {
  const judge = formats.default(new Ajv2020({ strict: false })).compile(seedFileJsonSchema())
  expect(judge(parse(example)), JSON.stringify(judge.errors)).toBe(true)
  expect(judge({ people: [{ email: 'a@x.test', name: 'A', roles: { co: 'Boss' } }] })).toBe(false)
  expect(judge({ clients: [{ nome: 'Y' }] })).toBe(false)
})

it('the published JSON Schema is that of the code', async () => {
  const schema = `${JSON.stringify(seedFileJsonSchema(), null, 2)}\n`
  await expect(schema).toMatchFileSnapshot(join(repository, 'docs/seed-file.schema.json'))
})
