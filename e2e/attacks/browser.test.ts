import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { chatGpt, localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createBrowser } from '@neonpanel/testing-kit/person/browser'
import { demoPassword } from '@neonpanel/testing-kit/person/demo-people'
import { control, submission, textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'
import { postTampered } from './tampered-form.ts'

const stack = await testStack()
const victim = await tokensFor(stack, { client: chatGpt })
const victimsCookies = (await victim.person.jar.getCookies(stack.issuer)).filter(
  ({ key }) => key === 'session',
)
const attack = attacksOn(stack, {
  'the victim’s access token': victim.access_token,
  'the victim’s session': victimsCookies[0]?.value ?? 'no session',
  'a password': demoPassword,
})
const client = oauthClient(stack, localClient)
const ask = (scope = 'read:companies read:inventory') => client.authorization({ scope })

describe('somebody else’s pages', () => {
  verifies(
    ['AS-64', 'attack-fails'],
    'neither sign-in nor consent of one browser can be opened or posted from another',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const signIn = await person.open(ask().url)
      const consent = await person.signIn(signIn)
      for (const page of [signIn, consent]) {
        const stranger = createPerson(stack.issuer, 'outsider')
        await stranger.open(ask().url)
        const opened = await strike(stranger.open(page.url))
        expect(opened.status).toBe(400)
        expect(textOf(opened)).not.toContain('Harbor Goods')
        const { fields } = submission(page, page.root.querySelectorAll('button').at(-1)!)
        const posted = await strike(stranger.submit({ url: page.url, method: 'POST', fields }))
        expect(posted.status).toBe(400)
      }
    }),
  )

  verifies(
    ['AS-64', 'attack-fails'],
    'a made-up interaction is a page that says so',
    attack(async (strike) => {
      for (const uid of [
        'x',
        'AAAAAAAAAAAAAAAAAAAAA',
        '..%2f..%2fetc',
        '%00',
        "'--",
        '__proto__',
      ]) {
        const page = await strike(
          createBrowser(stack.issuer).open(`${stack.issuer}/interaction/${uid}`),
        )
        expect(page.status, uid).toBeGreaterThanOrEqual(400)
      }
    }),
  )

  for (const [what, headers] of Object.entries<Record<string, string>>({
    'a foreign Origin': { origin: 'https://evil.example' },
    'a foreign site': { 'sec-fetch-site': 'cross-site' },
    'another site of the same domain': { 'sec-fetch-site': 'same-site' },
    'a look-alike Origin': { origin: `${stack.issuer}.evil.example` },
    'another port': { origin: 'http://localhost:1' },
  })) {
    verifies(
      ['AS-64', 'attack-fails'],
      `a form with ${what} signs nobody in and consents to nothing (CSRF)`,
      attack(async (strike) => {
        const person = createPerson(stack.issuer)
        const signIn = await person.open(ask().url)
        const login = (fields: URLSearchParams) => {
          fields.set('email', person.email)
          fields.set('password', demoPassword)
        }
        expect((await strike(postTampered(person, signIn, 'Sign in', login, headers))).status).toBe(
          403,
        )
        const consent = await person.signIn(signIn)
        const refused = await strike(postTampered(person, consent, 'Authorize', () => {}, headers))
        expect(refused.status).toBe(403)
        expect(refused.headers.get('location')).toBeNull()
      }),
    )
  }

  verifies(
    ['AS-64', 'attack-fails'],
    'without Origin a form still needs its token: none, another’s and a changed one are refused',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const consent = await person.reachConsent(ask().url)
      const other = createPerson(stack.issuer, 'analyst')
      const foreign = await other.reachConsent(ask().url)
      const token = foreign.root.querySelector('input[name=csrf]')?.getAttribute('value') ?? ''
      for (const csrf of [undefined, '', token, 'x'.repeat(43)]) {
        const change = (fields: URLSearchParams) => {
          if (csrf === undefined) fields.delete('csrf')
          else fields.set('csrf', csrf)
        }
        const answer = await strike(
          postTampered(person, consent, 'Authorize', change, { origin: 'null' }),
        )
        expect(answer.status, csrf).toBe(403)
      }
    }),
  )

  verifies(
    ['AS-64', 'attack-fails'],
    'neither account nor console does anything for a foreign page, nor by GET',
    attack(async (strike) => {
      const admin = createPerson(stack.issuer, 'admin')
      await admin.signIn(await admin.open(`${stack.issuer}/sign-in`))
      const cookie = await admin.jar.getCookieString(stack.issuer)
      const before = await stack.database.prisma.client.count()
      for (const path of [
        '/sign-out',
        '/console/clients/claude/delete',
        '/console/clients/claude/suspend',
        '/console/initial-access-tokens',
        '/console/keys/rotate',
        '/account/apps/x/revoke',
        '/account/sessions/end',
      ]) {
        const headers = { cookie, accept: 'text/html', origin: 'https://evil.example' }
        const url = `${stack.issuer}${path}`
        const posted = await strike(
          send(url, { method: 'POST', headers, body: new URLSearchParams({ csrf: 'x' }) }),
        )
        expect([403, 404, 405], path).toContain(posted.status)
        const read = await strike(send(url, { headers }))
        expect([200, 303, 403, 404, 405], path).toContain(read.status)
      }
      expect(await stack.database.prisma.client.count()).toBe(before)
      expect((await admin.open(`${stack.issuer}/console`)).status).toBe(200)
    }),
  )
})

describe('sessions and cookies', () => {
  verifies(
    ['AS-165', 'attack-fails'],
    'a session that an attacker planted is not the one that is signed in (fixation)',
    attack(async (strike) => {
      const attacker = createBrowser(stack.issuer)
      await attacker.open(ask().url)
      const planted = await attacker.jar.getCookies(stack.issuer)
      const person = createPerson(stack.issuer)
      for (const cookie of planted) await person.jar.setCookie(cookie, stack.issuer)
      const start = await person.open(`${stack.issuer}/sign-in`)
      await person.signIn(start)
      const account = await strike(attacker.open(`${stack.issuer}/account`))
      expect(account.url.pathname).toBe('/sign-in')
      const own = (await person.jar.getCookies(stack.issuer)).find(({ key }) => key === 'session')
      const before = planted.find(({ key }) => key === 'session')
      expect(own?.value).toBeDefined()
      expect(own?.value).not.toBe(before?.value)
    }),
  )

  verifies(
    ['AS-165', 'attack-fails'],
    'a changed, unsigned or made-up session is nobody’s',
    attack(async (strike) => {
      const [session] = victimsCookies
      const value = session?.value ?? ''
      const signature = (await victim.person.jar.getCookies(stack.issuer)).find(
        ({ key }) => key === 'session.sig',
      )
      expect(value).not.toBe('')
      for (const cookie of [
        `session=${value}`,
        `session=${value}; session.sig=x`,
        `session=${value.slice(0, -1)}x; session.sig=${signature?.value}`,
        `session=${'A'.repeat(43)}; session.sig=${signature?.value}`,
        'session=; session.sig=',
        `session=${'x'.repeat(5_000)}`,
        'session=%00%0d%0a',
        'session=__proto__',
      ]) {
        const answer = await strike(send(`${stack.issuer}/account`, { headers: { cookie } }))
        expect(answer.status, cookie.slice(0, 60)).toBe(303)
        expect(answer.headers.get('location')).toContain('/sign-in')
      }
    }),
  )

  verifies(
    ['AS-165', 'attack-fails'],
    'a session is over when it is signed out, whoever kept its cookie',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const home = await person.signIn(await person.open(`${stack.issuer}/sign-in`))
      const kept = await person.jar.getCookieString(stack.issuer)
      await person.press(home, 'Sign out')
      const answer = await strike(send(`${stack.issuer}/account`, { headers: { cookie: kept } }))
      expect(answer.status).toBe(303)
    }),
  )

  verifies(
    ['AS-37', 'attack-fails'],
    'guessing passwords ends in 429 with Retry-After for known and unknown people alike',
    attack(async (strike) => {
      const answers: string[][] = []
      for (const email of ['outsider@neonpanel.test', 'nobody@neonpanel.test']) {
        const browser = createBrowser(stack.issuer)
        const page = await browser.open(`${stack.issuer}/sign-in`)
        const seen: string[] = []
        for (let n = 0; n < 7; n++) {
          const { url, fields } = submission(page, control(page, 'button', 'Sign in').element)
          fields.set('email', email)
          fields.set('password', `guess-${n}`)
          const answer = await strike(browser.submit({ url, method: 'POST', fields }))
          const { status, headers } = answer
          if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
          seen.push(`${status} ${textOf(answer).replaceAll(/\d+:\d+|c-\w+/g, '')}`)
        }
        answers.push(seen)
      }
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]?.at(-1)).toMatch(/^429/)
    }),
  )

  verifies(
    ['AS-29', 'AS-30', 'attack-fails'],
    'no page can be framed, sniffed or scripted, errors included (clickjacking)',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const pages = [
        await strike(person.open(`${stack.issuer}/`)),
        await strike(person.open(`${stack.issuer}/nowhere`)),
        await strike(person.open(`${stack.issuer}/device`)),
        await strike(person.open(`${stack.issuer}/oauth2/authorize?client_id=x`)),
        await strike(person.open(`${stack.issuer}/oauth2/logout`)),
        await strike(person.reachConsent(ask().url)),
        await strike(person.open(`${stack.issuer}/account`)),
        await strike(person.open(`${stack.issuer}/console`)),
      ]
      for (const { headers, url } of pages) {
        const policy = headers.get('content-security-policy') ?? ''
        for (const directive of [
          "default-src 'none'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]) {
          expect(policy, url.pathname).toContain(directive)
        }
        expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|script-src (?!'none'|'sha256)/)
        expect(headers.get('x-frame-options')).toBe('DENY')
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('referrer-policy')).toBe('no-referrer')
      }
    }),
  )
})
