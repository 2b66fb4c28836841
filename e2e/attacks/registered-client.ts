import { register, type Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { adminApi } from '../harness/admin.ts'

/** Registers a confidential client, of the attacker or of somebody else. */
export async function registeredClient(
  stack: Servers & { readonly adminToken: string },
  redirectUri: string,
  metadata: Record<string, unknown> = {},
) {
  const { initial_access_token } = await adminApi(stack).mint()
  const { body } = await register(
    stack,
    { redirect_uris: [redirectUri], ...metadata },
    initial_access_token,
  )
  return {
    clientId: body.client_id,
    clientSecret: body.client_secret ?? '',
    redirectUri,
    managementUrl: body.registration_client_uri,
    managementToken: body.registration_access_token,
  }
}
