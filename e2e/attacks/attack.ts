import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import type { Page } from '@neonpanel/testing-kit/person/page'
import { expect } from 'vitest'

/** What every answer has, however it was asked for. */
type AnyAnswer = { readonly status: number; readonly text: string } | Page

/** Notes the answer of one attack step and hands it on; everything noted is looked over when the attack is over. */
export type Strike = <Given extends AnyAnswer>(answer: Given | Promise<Given>) => Promise<Given>

/** Where an error gives away how the server is built. */
const innards =
  /node_modules|\.[cm]?[jt]s:\d+|\n\s+at \S+ \(|[Pp]risma|SQLITE|SELECT |INSERT INTO|TypeError|RangeError|ERR_[A-Z]+|argon2/

/**
 * Attacks on a stack. Each proves in its own words that it fails; of all of them it is looked after that no answer is an error of
 * the server, shows what must not be seen or a secret of somebody else, and that both servers live on and serve honest people.
 *
 * @param secrets what only others know: their tokens, codes and the like
 */
export function attacksOn(stack: Servers, secrets: Record<string, string> = {}) {
  const mcpOrigin = new URL(stack.mcpUrl).origin
  return (run: (strike: Strike) => Promise<void>) => async () => {
    const answers: AnyAnswer[] = []
    await run(async (answer) => {
      const given = await answer
      answers.push(given)
      return given
    })
    expect(answers.length).toBeGreaterThan(0)
    for (const answer of answers) {
      const text = textOf(answer)
      expect(answer.status, text).toBeLessThan(500)
      expect(text).not.toMatch(innards)
      for (const [name, secret] of Object.entries(secrets)) {
        expect(text.includes(secret), `the answer holds ${name}`).toBe(false)
      }
    }
    for (const alive of [`${stack.issuer}/readyz`, `${mcpOrigin}/healthz`]) {
      expect((await fetch(alive)).status, alive).toBe(200)
    }
  }
}

function textOf(answer: AnyAnswer): string {
  return 'text' in answer ? answer.text : answer.root.toString()
}
