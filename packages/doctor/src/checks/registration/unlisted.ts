import type { Answer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import { askToRegister, invalidOnPurpose } from './attempt.ts'

/** Where servers have it; the first is what clients of MCP 2025-03-26 assume. */
const paths = ['/register', '/oauth2/register', '/oauth/register']

/** The answer of a registration endpoint that the metadata does not name. */
export async function findUnlisted(x: Examination, issuer: string): Promise<Answer | undefined> {
  if (!URL.canParse(issuer)) return undefined
  const { origin } = new URL(issuer)
  const post = async (path: string) => {
    try {
      return await askToRegister(x, origin + path, invalidOnPurpose)
    } catch {
      return undefined
    }
  }
  const [nothing, ...answers] = await Promise.all(
    ['/neonpanel-doctor-asks-for-nothing', ...paths].map(post),
  )
  return answers.find((answer) => answer && isRegistration(answer, nothing))
}

/** Refused as registrations are; a 401 that every path gives says nothing. */
function isRegistration({ status, json }: Answer, nothing: Answer | undefined): boolean {
  const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : ''
  if (status === 400) return error === 'invalid_redirect_uri' || error === 'invalid_client_metadata'
  return status === 401 && error === 'invalid_token' && nothing?.status !== 401
}
