import { type MintInput, mintSchema } from './minting.ts'

/** Lifetimes that the console's form offers, in seconds. */
export const formLifetimes: ReadonlyMap<number, string> = new Map([
  [300, '5 minutes'],
  [600, '10 minutes'],
  [900, '15 minutes'],
  [3_600, '1 hour'],
  [86_400, '1 day'],
])

/** The form as it is shown: what was typed, and what is wrong with it by field. */
export interface MintForm {
  readonly values: {
    readonly ttl_seconds: string
    readonly max_uses: string
    readonly note: string
    readonly allowed_redirect_hosts: string
    readonly allowed_scopes: readonly string[]
  }
  readonly problems: ReadonlyMap<string, string>
}

/** @param ttlSeconds offered first; the nearest choice stands for any other */
export function emptyMintForm(ttlSeconds: number): MintForm {
  const distance = (choice: number) => Math.abs(choice - ttlSeconds)
  const [nearest] = [...formLifetimes.keys()].toSorted((a, b) => distance(a) - distance(b))
  return {
    values: {
      ttl_seconds: String(nearest),
      max_uses: '1',
      note: '',
      allowed_redirect_hosts: '',
      allowed_scopes: [],
    },
    problems: new Map(),
  }
}

/** Reads a posted form under the same rules as the admin API. */
export function readMintForm(
  form: URLSearchParams,
): { ok: true; input: MintInput } | { ok: false; form: MintForm } {
  const text = (name: string) => form.get(name) ?? ''
  const values = {
    ttl_seconds: text('ttl_seconds'),
    max_uses: text('max_uses'),
    note: text('note'),
    allowed_redirect_hosts: text('allowed_redirect_hosts'),
    allowed_scopes: form.getAll('allowed_scopes'),
  }
  const judged = mintSchema.safeParse({
    ...values,
    ttl_seconds: Number(values.ttl_seconds),
    max_uses: Number(values.max_uses),
    allowed_redirect_hosts: values.allowed_redirect_hosts.split(/[\s,]+/).filter(Boolean),
  })
  if (judged.success) return { ok: true, input: judged.data }
  const problems = new Map(
    judged.error.issues.map(({ path, message }) => [String(path[0] ?? ''), message]),
  )
  return { ok: false, form: { values, problems } }
}
