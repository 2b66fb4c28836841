import { expect, test } from 'vitest'
import { examineArea, learnt, named } from '../testing/findings.ts'
import { startServers } from '../testing/servers.ts'
import { examinePkce } from './pkce.ts'

test.each<[unknown, readonly string[]]>([
  [['S256'], []],
  [undefined, ['error pkce_not_announced']],
  ['S256', ['error pkce_not_announced']],
  [[], ['error pkce_without_s256']],
  [['plain'], ['error pkce_without_s256', 'warning pkce_plain_offered']],
  [['plain', 'S256'], ['warning pkce_plain_offered']],
])('code_challenge_methods_supported %j', async (methods, expected) => {
  await using servers = await startServers({
    server: { code_challenge_methods_supported: methods },
  })
  const { server } = await learnt(servers)
  const own = Array.isArray(methods) ? methods : undefined
  const metadata = { ...server.metadata, code_challenge_methods_supported: own }
  const { findings } = await examineArea(servers.mcpUrl, 'pkce', (examination) =>
    examinePkce(examination, { ...server, metadata }),
  )
  expect(named(findings)).toEqual(expected)
})
