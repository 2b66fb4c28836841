import type { ServerProcess } from '../server-process.ts'

/** The stack's own default on loopback. */
const adminToken = 'neonpanel-local-admin'

/** A token of the stack's, by its test controls. */
export async function mintAccessToken(
  { issuer }: ServerProcess,
  wish: { person: string; client_id: string; scope: string },
): Promise<string> {
  const response = await fetch(`${issuer}/console/api/tokens`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(wish),
  })
  if (response.status !== 201) throw new Error(await response.text())
  const { token } = (await response.json()) as { token: string }
  return token
}
