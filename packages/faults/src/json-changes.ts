/** Members of a JSON document to set and to remove: by name, or by JSON Pointer (RFC 6901). */
export interface JsonChanges {
  readonly set?: Readonly<Record<string, unknown>> | undefined
  readonly remove?: readonly string[] | undefined
}

/** What texts in a rule may name. */
export interface Placeholders {
  readonly issuer: string
  readonly resource: string
}

type Container = Record<string, unknown>

/** Changes a document in place; what is not there cannot be removed, and what has no parent cannot be set. */
export function changeJson(
  document: object,
  { set = {}, remove = [] }: JsonChanges,
  placeholders: Placeholders,
): void {
  for (const [name, wanted] of Object.entries(set)) {
    const { parent, key } = locate(document, name)
    if (parent) parent[key] = filled(wanted, { ...placeholders, value: parent[key] })
  }
  for (const name of remove) {
    const { parent, key } = locate(document, name)
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else if (parent) delete parent[key]
  }
}

function locate(document: object, name: string): { parent: Container | undefined; key: string } {
  const path = name.startsWith('/')
    ? name
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [name]
  const key = path.pop() ?? ''
  let parent: unknown = document
  for (const part of path) parent = isContainer(parent) ? parent[part] : undefined
  return { parent: isContainer(parent) ? parent : undefined, key }
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}

/** A value as a rule says it, its placeholders filled in. */
export function filled(wanted: unknown, values: Placeholders & { value?: unknown }): unknown {
  if (Array.isArray(wanted)) return wanted.map((item) => filled(item, values))
  if (isContainer(wanted)) {
    const entries = Object.entries(wanted).map(([key, item]) => [key, filled(item, values)])
    return Object.fromEntries(entries)
  }
  if (typeof wanted !== 'string') return wanted
  return wanted.replaceAll(/\{(issuer|resource|value)\}/g, (_, name: keyof typeof values) => {
    const value = values[name] ?? ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}
