import { readFile, writeFile } from 'node:fs/promises'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

// A refresh token that is used twice ends the whole sign-in, at once.
const stack = await testStack({ REFRESH_LEEWAY_SECONDS: '0', REVOCATION_CHECK_SECONDS: '0' })

async function signedIn(): Promise<CommandLine> {
  const cli = await commandLine(stack)
  const { code, err } = await cli.signIn()
  if (code !== 0) throw new Error(err)
  return cli
}

/** As if the token had been taken so long ago that it has this many seconds left. */
async function expireIn(cli: CommandLine, seconds: number): Promise<void> {
  const content = JSON.parse(await readFile(cli.file, 'utf8'))
  content.sign_ins[0].expires_at = Math.floor(Date.now() / 1000) + seconds
  await writeFile(cli.file, JSON.stringify(content), { mode: 0o600 })
}

async function statusAtMcp(token: string | undefined): Promise<number> {
  const headers = { ...bearer(token ?? ''), accept: 'application/json, text/event-stream' }
  const answer = await fetch(stack.mcpUrl, { method: 'POST', headers })
  await answer.text()
  return answer.status
}

interface Exchange {
  method: string
  path: string
  request: { body?: Record<string, string> | string }
}

/** How many times a refresh token was presented since a moment. */
async function renewals(): Promise<number> {
  const { body } = await adminApi(stack).get<{ items: Exchange[] }>('/requests?limit=200')
  return body.items.filter(
    ({ path, request }) =>
      path === '/oauth2/token' && JSON.stringify(request.body ?? '').includes('refresh_token'),
  ).length
}

describe('token', () => {
  verifies('cli-sign-in', 'prints what is kept, alone, while it lasts for a minute', async () => {
    const cli = await signedIn()
    await expireIn(cli, 90)
    const before = await renewals()
    const { code, out, err } = await cli.run(['token'])
    expect({ code, out, err }).toEqual({
      code: 0,
      out: (await cli.stored())[0]?.access_token,
      err: '',
    })
    expect(await renewals()).toBe(before)
    expect(await statusAtMcp(out)).not.toBe(401)
  })

  verifies('cli-sign-in', 'renews when less is left, and keeps the new refresh token', async () => {
    const cli = await signedIn()
    const [first] = await cli.stored()
    for (const round of [1, 2, 3]) {
      await expireIn(cli, 59)
      const [before] = await cli.stored()
      const { code, out, err } = await cli.run(['token', stack.mcpUrl])
      expect({ round, code, err }).toEqual({ round, code: 0, err: '' })
      const [after] = await cli.stored()
      expect(out).toBe(after?.access_token)
      expect(out).not.toBe(before?.access_token)
      expect(after?.refresh_token).not.toBe(before?.refresh_token)
      expect(await statusAtMcp(out)).not.toBe(401)
    }
    expect((await cli.stored())[0]?.scope).toBe(first?.scope)
  })

  verifies('cli-sign-in', 'is renewed once, however many processes find it used up', async () => {
    const cli = await signedIn()
    await expireIn(cli, -5)
    const before = await renewals()
    const all = await Promise.all(Array.from({ length: 5 }, () => cli.run(['token'])))
    expect(new Set(all.map(({ code, err }) => `${code} ${err}`))).toEqual(new Set(['0 ']))
    expect(new Set(all.map(({ out }) => out)).size).toBe(1)
    expect((await renewals()) - before).toBe(1)
    // The refresh token that is kept is the one that counts.
    expect((await cli.run(['token', '--refresh'])).code).toBe(0)
  })

  verifies('cli-sign-in', 'is renewed in any case by --refresh, one after the other', async () => {
    const cli = await signedIn()
    const all = await Promise.all([1, 2, 3].map(() => cli.run(['token', '--refresh'])))
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(new Set(all.map(({ out }) => out)).size).toBe(3)
    expect(await statusAtMcp((await cli.stored())[0]?.access_token)).not.toBe(401)
  })

  verifies('cli-sign-in', 'tells a program when it ends, and a person what is in it', async () => {
    const cli = await signedIn()
    const [signIn] = await cli.stored()
    const { out } = await cli.run(['token', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      access_token: signIn?.access_token,
      expires_at: signIn?.expires_at,
      scope: signIn?.scope,
      issuer: stack.issuer,
      resource: stack.mcpUrl,
    })
    const decoded = await cli.run(['token', '--decode'])
    expect(JSON.parse(decoded.out)).toMatchObject({
      header: { typ: 'at+jwt', alg: 'ES256' },
      claims: { aud: stack.mcpUrl, iss: stack.issuer },
    })
    expect(decoded.out).not.toContain(signIn?.access_token)
  })

  verifies(
    'cli-sign-in',
    'says how to sign in where nobody did, or where the sign-in ended',
    async () => {
      const cli = await commandLine(stack)
      const { code, err } = await cli.run(['token'])
      expect({ code, err }).toEqual({
        code: 1,
        err: `Not signed in at ${stack.mcpUrl}. Sign in with: neonpanel login ${stack.mcpUrl}`,
      })
      const ended = await signedIn()
      await expireIn(ended, 0)
      passTime(400 * 24 * 3600)
      const late = await ended.run(['token', '--json'])
      expect(late).toMatchObject({ code: 1, out: '' })
      expect(JSON.parse(late.err).error).toMatch(/invalid_grant[\s\S]*neonpanel login http/)
    },
  )
})

describe('logout', () => {
  verifies('cli-sign-in', 'revokes the tokens and forgets them', async () => {
    const cli = await signedIn()
    const [signIn] = await cli.stored()
    expect(await statusAtMcp(signIn?.access_token)).not.toBe(401)
    const { code, err } = await cli.run(['logout'])
    expect({ code, err }).toEqual({
      code: 0,
      err: `Signed out of ${stack.mcpUrl}: its tokens are revoked and forgotten.`,
    })
    expect(await cli.stored()).toEqual([])
    expect(await statusAtMcp(signIn?.access_token)).toBe(401)
    expect((await cli.run(['logout'])).code).toBe(1)
  })

  verifies('cli-sign-in', 'forgets what it cannot revoke, and says so', async () => {
    const cli = await signedIn()
    const content = JSON.parse(await readFile(cli.file, 'utf8'))
    content.sign_ins[0].issuer = 'http://127.0.0.1:1'
    await writeFile(cli.file, JSON.stringify(content), { mode: 0o600 })
    const { code, out } = await cli.run(['logout', '--all', '--json'])
    expect(JSON.parse(out)).toEqual([
      {
        resource: stack.mcpUrl,
        issuer: 'http://127.0.0.1:1',
        revoked: false,
        reason: expect.stringContaining('No answer from http://127.0.0.1:1'),
      },
    ])
    expect(code).toBe(0)
    expect(await cli.stored()).toEqual([])
  })
})
