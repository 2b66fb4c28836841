import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { roleNames } from '@neonpanel/contracts/roles'
import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { redirectUrisProblem } from '../clients/redirect-uris.ts'

const id = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,79}$/, {
    error: 'must have 1 to 80 letters, digits, dots, hyphens or underscores',
  })
  .describe('Made from the name when absent, always the same way')

const text = z.string().trim().min(1, { error: 'must not be empty' }).max(200)

const units = z.int().min(0, { error: 'must be 0 or more' }).max(1_000_000_000)

const amount = z
  .number()
  .min(0)
  .max(1_000_000)
  .describe('In the company’s currency, for example 4.25')

const day = z.iso.date({ error: 'must be a day, YYYY-MM-DD' })

const country = z.string().regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 code, such as US' })

const warehouse = z.strictObject({
  id: id.optional(),
  name: text,
  city: text.default('Springfield'),
  country: country.optional().describe('The company’s when absent'),
  capacity_units: units.default(100_000),
})

const item = z.strictObject({
  id: id.optional(),
  sku: z.string().trim().min(1).max(64),
  name: text.optional().describe('The SKU when absent'),
  category: text.default('General'),
  supplier: text.default('Seed supplier'),
  unit_cost: amount.default(1),
  list_price: amount.default(2),
  volume_cm3: units.default(1_000),
  weight_grams: units.default(500),
  lead_time_days: z.int().min(0).max(3_650).default(30),
  reorder_point: units.default(0),
  active: z.boolean().default(true),
  stock: z
    .record(z.string(), units)
    .default({})
    .describe('Units on hand by the name or id of a warehouse, at the unit cost'),
})

const company = z.strictObject({
  id: id.optional(),
  name: text,
  currency: z
    .string()
    .refine((code) => Intl.supportedValuesOf('currency').includes(code), {
      error: 'must be an ISO 4217 code, such as USD',
    })
    .default('USD'),
  country: country.default('US'),
  marketplaces: z.array(text).default([]).describe('Where it sells'),
  posted_through: day
    .default('2026-10-31')
    .describe('The books’ today; stock was counted in on this day'),
  warehouses: z.array(warehouse).default([]),
  items: z.array(item).default([]),
})

const person = z
  .strictObject({
    id: id.optional(),
    email: z.email({ error: 'must be an e-mail address' }).max(320),
    name: text,
    password: z.string().min(1).max(1024).optional().describe('Default: neonpanel-demo'),
    password_hash: z
      .string()
      .regex(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+$/, {
        error: 'must be an argon2id PHC string',
      })
      .optional()
      .describe('Instead of the password: an argon2id PHC string'),
    suspended: z.boolean().default(false),
    administrator: z.boolean().default(false).describe('May use the console'),
    roles: z
      .record(z.string(), z.enum(roleNames))
      .default({})
      .describe('Role by the name or id of a company, of this file or already there'),
  })
  .refine(({ password, password_hash }) => !password || !password_hash, {
    path: ['password_hash'],
    error: 'must not stand beside password',
  })

const redirectUri = z.string().superRefine((uri, context) => {
  const problem = redirectUrisProblem([uri])
  if (problem) context.addIssue({ code: 'custom', message: problem })
})

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

const client = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{2,63}$/, {
        error: 'must have 3 to 64 letters, digits, dots, hyphens or underscores',
      })
      .optional()
      .describe('The client_id; made from the name when absent'),
    name: text,
    type: z.enum(['public', 'confidential']).default('public'),
    secret: z.string().min(8).max(256).optional().describe('Of a confidential client'),
    token_endpoint_auth_method: z
      .enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
      .optional()
      .describe('none for a public client, else client_secret_basic'),
    jwks: z
      .strictObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })
      .optional()
      .describe('Public keys, for private_key_jwt'),
    redirect_uris: z.array(redirectUri).max(10).default([]),
    post_logout_redirect_uris: z.array(redirectUri).max(10).default([]),
    application_type: z.enum(['web', 'native']).optional(),
    uri: z.url({ protocol: /^https$/ }).optional(),
    logo_uri: z.url({ protocol: /^https$/ }).optional(),
    grant_types: z
      .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials', deviceGrant]))
      .min(1)
      .optional()
      .describe('With redirect URIs authorization_code and refresh_token, else client_credentials'),
    allowed_scopes: z
      .array(z.enum(resourceScopes as readonly [Scope, ...Scope[]]))
      .default([])
      .describe('Scopes that it may ever be granted; empty = no ceiling'),
    trust: z
      .enum(['trusted', 'reviewed', 'unknown'])
      .default('trusted')
      .describe('Whether permitted read scopes are ticked for the person: not for unknown ones'),
    suspended: z.boolean().default(false),
  })
  .superRefine(refineClient)

interface ClientMeans {
  readonly type: 'public' | 'confidential'
  readonly secret?: string | undefined
  readonly token_endpoint_auth_method?: string | undefined
  readonly jwks?: object | undefined
  readonly redirect_uris: readonly string[]
  readonly grant_types?: readonly string[] | undefined
}

function refineClient(client: ClientMeans, context: z.RefinementCtx): void {
  const { type, secret, token_endpoint_auth_method: method, jwks, redirect_uris: uris } = client
  const refuse = (member: string, message: string) =>
    context.addIssue({ code: 'custom', path: [member], message })
  const isPublic = type === 'public'
  if (isPublic && secret) refuse('secret', 'must not be given to a public client')
  if (isPublic && method && method !== 'none') {
    refuse('token_endpoint_auth_method', 'must be none for a public client')
  }
  if (!isPublic && method === 'none') {
    refuse('token_endpoint_auth_method', 'must not be none for a confidential client')
  }
  if (!isPublic && method === 'private_key_jwt' && !jwks) {
    refuse('jwks', 'must be given for private_key_jwt')
  }
  if (!isPublic && method !== 'private_key_jwt' && !secret) {
    refuse('secret', 'must be given to a confidential client')
  }
  const grants = client.grant_types
  if (grants?.includes('authorization_code') && uris.length === 0) {
    refuse('redirect_uris', 'must name at least one for authorization_code')
  }
  if (isPublic && (grants?.includes('client_credentials') || (!grants && uris.length === 0))) {
    refuse(
      grants ? 'grant_types' : 'redirect_uris',
      grants
        ? 'must not hold client_credentials for a public client'
        : 'must name at least one for a public client',
    )
  }
}

const signingKey = z
  .looseObject({
    kty: z.enum(['EC', 'RSA']),
    alg: z.enum(['ES256', 'RS256']).optional(),
    kid: id.optional().describe('The key’s thumbprint (RFC 7638) when absent'),
    d: z.string({ error: 'must be there: the private part signs' }),
  })
  .refine(({ kty, crv }) => kty !== 'EC' || crv === 'P-256', {
    path: ['crv'],
    error: 'must be P-256: EC keys sign ES256',
  })
  .refine(({ kty, alg }) => !alg || alg === (kty === 'EC' ? 'ES256' : 'RS256'), {
    path: ['alg'],
    error: 'must be ES256 for EC and RS256 for RSA',
  })
  .refine(isPrivateKey, { error: 'must be a private JWK with all of its members' })
  .describe('A private JWK: ES256 (EC, P-256) signs access tokens, RS256 (RSA) ID tokens')

function isPrivateKey(jwk: object): boolean {
  try {
    return createPrivateKey({ format: 'jwk', key: jwk as JsonWebKey }).type === 'private'
  } catch {
    return false
  }
}

/** What SEED_FILE may hold. */
export const seedFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    companies: z.array(company).default([]),
    people: z.array(person).default([]),
    clients: z.array(client).default([]),
    signing_keys: z.array(signingKey).default([]),
  })
  .meta({
    title: 'NeonPanel seed file',
    description: 'Companies, people, clients and signing keys that a stack starts with.',
  })

export type SeedFile = z.output<typeof seedFileSchema>

/** The published JSON Schema, by which editors complete and check a seed file. */
export function seedFileJsonSchema() {
  return z.toJSONSchema(seedFileSchema, { io: 'input', unrepresentable: 'any' })
}
