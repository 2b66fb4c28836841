import type { Examination } from '../examination.ts'
import type { AuthorizationServer } from '../servers.ts'

const member = 'code_challenge_methods_supported'

export async function examinePkce(
  { found }: Examination,
  { url, metadata, document }: AuthorizationServer,
): Promise<void> {
  const methods = metadata[member]
  const detail = {
    where: `${url}, ${member}`,
    got: JSON.stringify(document[member]) ?? 'none',
    expected: '["S256"]',
  }
  if (!methods) found('pkce_not_announced', detail)
  else if (!methods.includes('S256')) found('pkce_without_s256', detail)
  if (methods?.includes('plain')) found('pkce_plain_offered', detail)
}
