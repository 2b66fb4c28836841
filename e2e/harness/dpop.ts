import { createHash, randomUUID } from 'node:crypto'
import { codeFlow, type GrantWish } from '@neonpanel/testing-kit/client/grant'
import { type Answer, postForm, type RequestParameters } from '@neonpanel/testing-kit/client/http'
import {
  localClient,
  type Servers,
  type TokenBody,
} from '@neonpanel/testing-kit/client/oauth-client'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type McpAnswer, mcpRequest, modernMessage } from './mcp.ts'

/** A key of a client, and the proofs that it signs (RFC 9449 section 4.2). */
export type ProofKey = Awaited<ReturnType<typeof createProofKey>>

export async function createProofKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    /** For one request; `claims` in place of the usual ones, `undefined` takes one away. */
    prove(method: string, url: string, claims: Record<string, unknown> = {}): Promise<string> {
      const iat = Math.floor(Date.now() / 1000)
      return new SignJWT({ htm: method, htu: url, jti: randomUUID(), iat, ...claims })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey)
    },
  }
}

/** What a proof for a request with this token has as `ath`. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** The public client of the tests with a key: what it asks at the token endpoint, and how it calls /mcp. */
export function boundClient(servers: Servers, key: ProofKey) {
  const tokenEndpoint = `${servers.issuer}/oauth2/token`
  const ask = async (
    parameters: RequestParameters,
    proof?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<TokenBody>> =>
    postForm<TokenBody>(tokenEndpoint, parameters, {
      dpop: proof ?? (await key.prove('POST', tokenEndpoint)),
      ...headers,
    })
  const redeem = (code: string, verifier: string) =>
    ask({
      grant_type: 'authorization_code',
      client_id: localClient.clientId,
      redirect_uri: localClient.redirectUri,
      code,
      code_verifier: verifier,
    })
  return {
    key,
    tokenEndpoint,
    ask,
    redeem,
    /** A person authorizes the client, up to tokens that are bound to its key. */
    async tokens(wish: GrantWish = {}): Promise<TokenBody & { refresh_token: string }> {
      const { code, verifier } = await codeFlow(servers, wish)
      const { status, body } = await redeem(code, verifier)
      if (status !== 200) throw new Error(`${status} ${body.error}: ${body.error_description}`)
      return { ...body, refresh_token: body.refresh_token ?? '' }
    },
    refresh: (refresh_token: string, proof?: string) =>
      ask({ grant_type: 'refresh_token', client_id: localClient.clientId, refresh_token }, proof),
    /** A fresh proof for a call with a token. */
    proofFor: (token: string, claims: Record<string, unknown> = {}) =>
      key.prove('POST', servers.mcpUrl, { ath: tokenHash(token), ...claims }),
  }
}

/** Calls a tool with exactly this scheme and proof. */
export function callWith(
  url: string,
  token: string,
  { scheme = 'DPoP', proof }: { scheme?: string; proof?: string | undefined } = {},
  tool = 'list_companies',
): Promise<McpAnswer> {
  const { message, headers } = modernMessage('tools/call', { name: tool, arguments: {} })
  return mcpRequest(url, message, {
    ...headers,
    authorization: `${scheme} ${token}`,
    ...(proof !== undefined && { dpop: proof }),
  })
}
