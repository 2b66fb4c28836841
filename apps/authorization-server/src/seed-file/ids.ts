import type { SeedFile } from './schema.ts'

/** A problem of a seed file: where, as keys and indexes from its root, and what. */
export interface SeedProblem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

export type SeedCompany = SeedFile['companies'][number] & { readonly id: string }
export type SeedPerson = SeedFile['people'][number] & { readonly id: string }
export type SeedClient = SeedFile['clients'][number] & { readonly id: string }

/** A company that is in the database already. */
export interface KnownCompany {
  readonly id: string
  readonly name: string
}

/** A part of an id: lower case, with one `separator` for whatever is no letter or digit. */
export function slug(name: string, separator = '_'): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  const ascii = (words ?? []).map((word) =>
    encodeURIComponent(word).replaceAll('%', '').toLowerCase(),
  )
  return ascii.join(separator).slice(0, 60) || 'unnamed'
}

/** The file with every id in place: as given, else made from the name, so that the same file gives the same ids. */
export function withIds(file: SeedFile) {
  return {
    signingKeys: file.signing_keys,
    people: file.people.map((person) => ({
      ...person,
      email: person.email.trim().toLowerCase(),
      id: person.id ?? `prs_${slug(person.email)}`,
    })),
    clients: file.clients.map((client) => ({ ...client, id: client.id ?? clientId(client.name) })),
    companies: file.companies.map((company) => {
      const code = slug(company.name)
      return {
        ...company,
        id: company.id ?? `co_${code}`,
        warehouses: company.warehouses.map((warehouse) => ({
          ...warehouse,
          id: warehouse.id ?? `wh_${code}_${slug(warehouse.name)}`,
        })),
        items: company.items.map((item) => ({
          ...item,
          id: item.id ?? `itm_${code}_${slug(item.sku)}`,
        })),
      }
    }),
  }
}

export type IdentifiedSeed = ReturnType<typeof withIds>

/** A client id has three characters at least. */
function clientId(name: string): string {
  const made = slug(name, '-')
  return made.length < 3 ? `client-${made}` : made
}

/** What the parts of a file get wrong about each other: ids and addresses that are taken, and names of nothing. */
export function problemsBetween(
  seed: IdentifiedSeed,
  known: readonly KnownCompany[],
): SeedProblem[] {
  const companies = [...known, ...seed.companies]
  return [
    ...taken(seed.companies, 'companies', 'id'),
    ...taken(seed.people, 'people', 'id'),
    ...taken(seed.people, 'people', 'email'),
    ...taken(seed.clients, 'clients', 'id'),
    ...seed.companies.flatMap(problemsIn),
    ...seed.people.flatMap(({ roles }, index) =>
      Object.keys(roles).flatMap((name) =>
        findNamed(companies, name)
          ? []
          : [
              {
                path: ['people', index, 'roles', name],
                message: `there is no such company; there are ${listed(companies)}`,
              },
            ],
      ),
    ),
  ]
}

function problemsIn({ warehouses, items }: IdentifiedSeed['companies'][number], index: number) {
  const at = ['companies', index] as const
  return [
    ...taken(warehouses, [...at, 'warehouses'], 'id'),
    ...taken(items, [...at, 'items'], 'id'),
    ...taken(items, [...at, 'items'], 'sku'),
    ...items.flatMap(({ stock }, itemIndex) =>
      Object.keys(stock).flatMap((name) =>
        findNamed(warehouses, name)
          ? []
          : [
              {
                path: [...at, 'items', itemIndex, 'stock', name],
                message: `the company has no such warehouse; it has ${listed(warehouses)}`,
              },
            ],
      ),
    ),
  ]
}

/** By its id, else by its name. */
export function findNamed<Named extends KnownCompany>(
  all: readonly Named[],
  name: string,
): Named | undefined {
  return all.find(({ id }) => id === name) ?? all.find((one) => one.name === name)
}

function listed(all: readonly KnownCompany[]): string {
  return all.length === 0 ? 'none' : all.map(({ name, id }) => `${name} (${id})`).join(', ')
}

function taken<Key extends string>(
  all: readonly Readonly<Record<Key, string>>[],
  where: string | readonly PropertyKey[],
  key: Key,
): SeedProblem[] {
  const seen = new Map<string, number>()
  const path = typeof where === 'string' ? [where] : where
  return all.flatMap((one, index) => {
    const first = seen.get(one[key])
    if (first === undefined) {
      seen.set(one[key], index)
      return []
    }
    const advice = key === 'id' ? '; give one of them an id of its own' : ''
    const message = `${key} ${one[key]} is that of number ${first + 1} already${advice}`
    return [{ path: [...path, index], message }]
  })
}
