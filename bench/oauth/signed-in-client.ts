import { Agent, request } from 'node:http'
import {
  type AuthorizationRequest,
  localClient,
  oauthClient,
} from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import type { ServerProcess } from '../server-process.ts'

/** A code, and the token request that redeems it. */
export type Redemption = URLSearchParams

/** A client whose person has signed in and agreed once: what is measured is what comes after. */
export interface SignedInClient {
  /** Authorization codes, not yet redeemed. */
  collect(codes: number): Promise<Redemption[]>
  /** One request to the token endpoint. @throws when it is refused */
  token(form: URLSearchParams): Promise<{ refresh_token: string }>
  /** What renews with that refresh token. */
  renewal(refreshToken: string): URLSearchParams
}

const agent = new Agent({ keepAlive: true })

export async function signedInClient(server: ServerProcess): Promise<SignedInClient> {
  const client = oauthClient(server, localClient)
  const person = createPerson(server.issuer)
  await person.authorize(client.authorization().url)

  const redemptionOf = async ({ url, verifier }: AuthorizationRequest) => {
    const callback = await person.authorize(url)
    return new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: localClient.clientId,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: localClient.redirectUri,
      resource: server.mcpUrl,
    })
  }
  const at = `${server.issuer}/oauth2/token`
  return {
    async collect(codes) {
      const collected: Redemption[] = []
      while (collected.length < codes) collected.push(await redemptionOf(client.authorization()))
      return collected
    },
    token: (form) => postForm(at, form.toString()),
    renewal: (refresh_token) =>
      new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: localClient.clientId,
        refresh_token,
        resource: server.mcpUrl,
      }),
  }
}

/** By `node:http` on kept connections: the driver must not be what is measured. */
function postForm(url: string, body: string): Promise<{ refresh_token: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ refresh_token: string }>()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
  const sent = request(url, { method: 'POST', agent, headers }, async (response) => {
    const text = (await response.setEncoding('utf8').toArray()).join('')
    if (response.statusCode === 200) resolve(JSON.parse(text))
    else reject(new Error(`${url} answered ${response.statusCode}: ${text}`))
  })
  sent.once('error', reject)
  sent.end(body)
  return promise
}
