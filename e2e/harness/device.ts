import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'
import { controls, fill, findControl, type Page } from '@neonpanel/testing-kit/person/page'
import type { Person } from '@neonpanel/testing-kit/person/people'

/** A person enters a user code, confirms it, signs in and decides, in whatever order the pages come. */
export async function approveDevice(
  servers: Pick<Servers, 'issuer'>,
  person: Person,
  userCode: string,
  press: 'Authorize' | 'Deny' = 'Authorize',
): Promise<Page> {
  let page = await person.open(`${servers.issuer}/device`)
  for (let step = 0; step < 6; step++) {
    const [code] = controls(page, 'textbox').filter(({ name }) => /code/i.test(name))
    if (findControl(page, 'textbox', 'Password')) page = await person.signIn(page)
    else if (findControl(page, 'button', 'Authorize')) return person.decide(page, { press })
    else if (code) {
      fill(page, code.name, userCode)
      page = await pressFirst(person, page)
    } else page = await pressFirst(person, page)
  }
  return page
}

/** Presses the button that leads on. */
export async function pressFirst(person: Person, page: Page): Promise<Page> {
  const [button] = controls(page, 'button').filter(
    ({ name }) => !/cancel|abort|deny|not|sign out/i.test(name),
  )
  return person.press(page, button?.name ?? 'Continue')
}
