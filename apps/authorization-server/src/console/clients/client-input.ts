import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'

const name = z.string().trim().min(1, { error: 'must not be empty' }).max(200)

const redirectUri = z
  .string()
  .max(2_000)
  .refine((uri) => URL.canParse(uri), { error: 'must be an absolute URI' })

const scopeCeiling = z
  .array(z.enum(resourceScopes as readonly [Scope, ...Scope[]]))
  .describe('Scopes that it may ever be granted; empty: no ceiling')

const changeable = {
  client_name: name,
  redirect_uris: z.array(redirectUri).max(50),
  client_uri: z.url(),
  logo_uri: z.url(),
}

/** A client as an administrator registers it: RFC 7591 names, and what only an administrator may decide. */
export const newClientSchema = z
  .strictObject({
    ...changeable,
    client_id: z
      .string()
      .max(2_000)
      .regex(/^(?:[A-Za-z0-9][\w.-]{2,63}|https:\/\/[^\s/?#@]+\/[^\s?#]+)$/, {
        error:
          'must have 3 to 64 letters, digits, dots, hyphens or underscores, or be the https URL of a metadata document',
      })
      .optional()
      .describe('Made up when absent. The URL of a metadata document is then never fetched'),
    redirect_uris: changeable.redirect_uris.default([]),
    client_uri: changeable.client_uri.optional(),
    logo_uri: changeable.logo_uri.optional(),
    grant_types: z
      .array(
        z.enum([
          'authorization_code',
          'refresh_token',
          'client_credentials',
          'urn:ietf:params:oauth:grant-type:device_code',
        ]),
      )
      .min(1)
      .default(['authorization_code', 'refresh_token']),
    token_endpoint_auth_method: z
      .enum(['none', 'client_secret_basic', 'client_secret_post'])
      .default('none'),
    application_type: z.enum(['web', 'native']).optional(),
    allowed_scopes: scopeCeiling.default([]),
  })
  .refine(
    ({ grant_types, redirect_uris }) =>
      redirect_uris.length > 0 || !grant_types.includes('authorization_code'),
    { path: ['redirect_uris'], error: 'must name at least one for authorization_code' },
  )
  .refine(
    ({ grant_types, token_endpoint_auth_method }) =>
      token_endpoint_auth_method !== 'none' || !grant_types.includes('client_credentials'),
    {
      path: ['token_endpoint_auth_method'],
      error: 'must be client_secret_basic or client_secret_post for client_credentials',
    },
  )

export type NewClientInput = z.output<typeof newClientSchema>

/** What an administrator may change; null takes an address away. */
export const clientChangeSchema = z
  .strictObject({
    client_name: changeable.client_name.optional(),
    redirect_uris: changeable.redirect_uris.optional(),
    client_uri: changeable.client_uri.nullable().optional(),
    logo_uri: changeable.logo_uri.nullable().optional(),
    allowed_scopes: scopeCeiling.optional(),
    reviewed: z.boolean().optional(),
    suspended: z.boolean().optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, { error: 'must change something' })

export type ClientChangeInput = z.output<typeof clientChangeSchema>
