import type { Flow } from '@neonpanel/flows/assembly/assemble'

const denials: Readonly<Record<string, string>> = {
  'by the person': 'the person chose Deny',
  'nothing permitted': 'the person’s roles allow nothing that was asked for',
}

const awaited: Readonly<Record<string, string>> = {
  discovery: 'looked around and asked for nothing yet',
  register: 'registered and asked for nothing yet',
  authorize: 'waiting for the person',
  sign_in: 'waiting for the person',
  consent: 'waiting for a decision',
  code: 'not redeemed yet',
  token: 'the token was not used yet',
}

/** Why a flow failed or was denied, or what it waits for, in a few words. */
export function reasonOf({ status, step, notes }: Flow): string | undefined {
  if (status === 'completed') return undefined
  if (status === 'denied') {
    const denied = notes.find(({ reason }) => reason === 'consent_denied')
    return denials[denied?.got ?? ''] ?? 'access was denied'
  }
  if (status !== 'failed') return awaited[step]
  const last = notes.findLast((note) => note.step === step) ?? notes.at(-1)
  return last?.got ?? last?.reason
}
