import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { decodeJwt } from 'jose'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { freePort } from '../harness/balancer.ts'
import { commandLine } from '../harness/command-line.ts'
import { startDesktop } from '../harness/desktop.ts'
import { approveDevice } from '../harness/device.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const gated = await testStack({ REGISTRATION_MODE: 'iat' })
const open = await testStack({ REGISTRATION_MODE: 'open' })

const mode = async (path: string) => (await stat(path)).mode & 0o777

describe('login in the browser', () => {
  verifies(
    'cli-sign-in',
    'opens it, and keeps the tokens where the owner alone reads them',
    async () => {
      const desktop = await startDesktop(gated)
      const cli = await commandLine(gated, desktop.environment)
      const { code, out, err } = await cli.run(['login', gated.mcpUrl])
      expect(err).toContain('its demo client local-client')
      expect(err).toContain(desktop.opened[0]?.href)
      expect(out).toContain(`Signed in at ${gated.mcpUrl}`)
      expect(code).toBe(0)
      expect(await mode(cli.file)).toBe(0o600)
      expect(await mode(cli.directory)).toBe(0o700)

      const [signIn] = await cli.stored()
      expect(signIn).toMatchObject({ issuer: gated.issuer, resource: gated.mcpUrl })
      const [request] = desktop.opened.map(({ searchParams }) => Object.fromEntries(searchParams))
      expect(request).toMatchObject({
        response_type: 'code',
        code_challenge_method: 'S256',
        resource: gated.mcpUrl,
        redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      })
      expect(request?.scope?.split(' ')).toEqual(
        expect.arrayContaining(['read:companies', 'read:inventory']),
      )
      expect(decodeJwt(signIn?.access_token ?? '')).toMatchObject({
        aud: gated.mcpUrl,
        client_id: 'local-client',
      })
    },
  )

  verifies(
    'cli-sign-in',
    'shows a page that runs nothing, keeps nothing and may be closed',
    async () => {
      const cli = await commandLine(gated)
      const { login, url } = await cli.startLogin()
      await using _ = login
      const callback = await createPerson(gated.issuer).authorize(url)
      const answer = await fetch(callback)
      const page = await answer.text()
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-/,
      )
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(page).toContain('You can close this window.')
      expect(page).not.toMatch(/<script|code=/)
      expect((await login.finished).code).toBe(0)
    },
  )

  verifies('cli-sign-in', 'registers where it may, and asks again as the same client', async () => {
    const cli = await commandLine(open)
    expect((await cli.signIn()).code).toBe(0)
    const [first] = await cli.stored()
    expect(first?.client_id).not.toBe('local-client')
    expect((await cli.signIn(['--scope', 'read:reports'])).code).toBe(0)
    const [second, ...others] = await cli.stored()
    expect(others).toEqual([])
    expect(second?.client_id).toBe(first?.client_id)
    expect(second?.scope.split(' ')).toEqual(
      expect.arrayContaining(['read:companies', 'read:inventory', 'read:reports']),
    )
  })

  verifies('cli-sign-in', 'registers anew where the server has forgotten the client', async () => {
    const cli = await commandLine(open)
    await cli.signIn()
    const [first] = await cli.stored()
    await adminApi(open).remove(`/clients/${first?.client_id}`)
    const { code, err } = await cli.signIn()
    expect(err).toContain(`does not know the client ${first?.client_id} any more`)
    expect(code).toBe(0)
    expect((await cli.stored())[0]?.client_id).not.toBe(first?.client_id)
  })

  verifies(
    'cli-sign-in',
    'registers with an initial access token, or says what to do',
    async () => {
      const cli = await commandLine(gated)
      const { initial_access_token: token } = await adminApi(gated).mint()
      expect((await cli.signIn(['--iat', token])).code).toBe(0)
      expect((await cli.stored())[0]?.client_id).not.toBe('local-client')
      const again = await cli.run(['login', '--no-browser', '--iat', token])
      expect(again.code).toBe(1)
      expect(again.err).toContain('The initial access token was not accepted')
    },
  )

  verifies(
    'cli-sign-in',
    'is the client that it is told to be, with its secret and port',
    async () => {
      const { initial_access_token: token } = await adminApi(gated).mint()
      const port = await freePort()
      const metadata = {
        redirect_uris: [`http://127.0.0.1:${port}/callback`],
        token_endpoint_auth_method: 'client_secret_basic',
      }
      const { client_id, client_secret } = (await register(gated, metadata, token)).body
      const told = ['--client-id', client_id, '--callback-port', String(port)]
      const cli = await commandLine(gated)
      const without = await cli.run(['login', '--no-browser', ...told])
      expect(without.code).toBe(1)
      expect(without.err).toContain('the server answered 401')
      const asked = await commandLine(gated, { CLIENT_SECRET: String(client_secret) })
      expect(await asked.signIn(told)).toMatchObject({ code: 0 })
      // What is remembered is enough from then on, secret and port included.
      expect(await asked.run(['token', '--refresh'])).toMatchObject({ code: 0 })
      expect(await asked.signIn(['--scope', 'read:reports'])).toMatchObject({ code: 0 })
      expect((await asked.stored()).map((one) => one.client_id)).toEqual([client_id])
      expect((await asked.run(['logout'])).err).toContain('revoked and forgotten')
    },
  )

  verifies(
    'cli-sign-in',
    'by a code needs a registration, and names the command for it',
    async () => {
      const cli = await commandLine(gated)
      await cli.signIn()
      expect((await cli.stored())[0]?.client_id).toBe('local-client')
      const { code, err } = await cli.run(['login', '--device'])
      expect(code).toBe(1)
      expect(err).toContain('neonpanel login --device --iat "$(neonpanel iat create)"')
    },
  )

  verifies('cli-sign-in', 'says so when access is denied, in the browser too', async () => {
    const cli = await commandLine(gated)
    const { login, url } = await cli.startLogin(['--json'])
    await using _ = login
    const callback = await createPerson(gated.issuer).authorize(url, { press: 'Deny' })
    const page = await (await fetch(callback)).text()
    expect(page).toContain('Access was denied')
    const { code, out, err } = await login.finished
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(JSON.parse(err.trim().split('\n').at(-1) ?? '').error).toMatch(/^Access was denied/)
    await expect(cli.stored()).rejects.toThrow('ENOENT')
  })

  verifies(
    'cli-sign-in',
    'takes no answer with another state, of another issuer, or twice',
    async () => {
      const cli = await commandLine(gated)
      const { login, url } = await cli.startLogin()
      await using _ = login
      const callback = await createPerson(gated.issuer).authorize(url)
      const forged = new URL(callback)
      forged.searchParams.set('state', 'another')
      const stranger = await fetch(forged)
      expect(stranger.status).toBe(400)
      expect(await stranger.text()).toContain('Not the sign-in that was started here')
      await login.until(/its state is another/)
      const mixedUp = new URL(callback)
      mixedUp.searchParams.set('iss', 'https://attacker.example')
      expect(await (await fetch(mixedUp)).text()).toContain('Not signed in')
      const { code, err } = await login.finished
      expect(code).toBe(1)
      expect(err).toContain('unexpected "iss" (issuer) response parameter value')
    },
  )

  verifies('cli-sign-in', 'gives up when nobody comes', async () => {
    const cli = await commandLine(gated)
    const { code, err } = await cli.run(['login', '--no-browser', '--timeout', '1'])
    expect(code).toBe(1)
    expect(err).toContain('Nobody finished the sign-in in the browser within 1 seconds')
  })

  verifies(
    'cli-sign-in',
    'names the address where nobody is, and a word that is no address',
    async () => {
      const cli = await commandLine(gated)
      const nobody = await cli.run(['login', 'http://127.0.0.1:1/mcp'])
      expect(nobody).toMatchObject({
        code: 1,
        err: expect.stringMatching(/No answer from http:\/\/127\.0\.0\.1:1/),
      })
      const missing = await cli.run(['login', new URL('/nowhere', gated.mcpUrl).href])
      expect(missing.code).toBe(1)
      expect((await cli.run(['login', 'nowhere'])).code).toBe(2)
    },
  )
})

describe('login by a code', () => {
  verifies('cli-sign-in', 'waits until the code was entered elsewhere', async () => {
    const cli = await commandLine(open)
    await using login = cli.start(['login', '--device', '--json'])
    const [, userCode = ''] = await login.until(/│ {3}(\S+) {3}│/)
    await login.until(/Or open http\S+/)
    await approveDevice(open, createPerson(open.issuer), userCode)
    const { code, out } = await login.finished
    expect(JSON.parse(out)).toMatchObject({ signed_in: true, issuer: open.issuer, renews: true })
    expect(code).toBe(0)
    const answer = await fetch(open.mcpUrl, {
      headers: bearer((await cli.stored())[0]?.access_token ?? ''),
    })
    expect(answer.status).not.toBe(401)
  })

  verifies('cli-sign-in', 'says so when access is denied there', async () => {
    const cli = await commandLine(open)
    await using login = cli.start(['login', '--device'])
    const [, userCode = ''] = await login.until(/│ {3}(\S+) {3}│/)
    const page = await approveDevice(open, createPerson(open.issuer), userCode, 'Deny')
    expect(textOf(page)).not.toBe('')
    const { code, err } = await login.finished
    expect(code).toBe(1)
    expect(err).toContain('Access was denied on the other device')
  })
})

describe('what is kept', () => {
  verifies('cli-sign-in', 'is listed without any token', async () => {
    const cli = await commandLine(gated)
    expect((await cli.run(['login', '--list'])).err).toContain('Not signed in anywhere')
    await cli.signIn()
    const [signIn] = await cli.stored()
    const table = await cli.run(['login', '--list'])
    expect(table.out).toContain(gated.mcpUrl)
    expect(table.out).not.toContain(signIn?.access_token)
    const { out } = await cli.run(['login', '--list', '--json'])
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ resource: gated.mcpUrl, issuer: gated.issuer, renews: true }),
    ])
    expect(out).not.toContain('eyJ')
  })

  verifies('cli-sign-in', 'is closed to others again where it was open to them', async () => {
    const cli = await commandLine(gated)
    await cli.signIn()
    await chmod(cli.file, 0o644)
    const { code, err } = await cli.run(['token'])
    expect(err).toContain(`${cli.file} could be read by others (mode 0644); it is 0600 now`)
    expect(code).toBe(0)
    expect(await mode(cli.file)).toBe(0o600)
  })

  verifies('cli-sign-in', 'is left as it is when it is damaged', async () => {
    const cli = await commandLine(gated)
    await mkdir(cli.directory, { mode: 0o700 })
    await writeFile(cli.file, '{"version":1,"sign_ins":[', { mode: 0o600 })
    for (const words of [['token'], ['login', '--no-browser'], ['logout'], ['tools', 'list']]) {
      const { code, err } = await cli.run(words)
      expect(err).toContain(
        `is damaged (it is not JSON), so nothing was read and nothing was written`,
      )
      expect(code).toBe(1)
    }
    expect(await readFile(cli.file, 'utf8')).toBe('{"version":1,"sign_ins":[')
  })
})
