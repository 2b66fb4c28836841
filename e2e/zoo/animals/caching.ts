import { rfc } from '@neonpanel/doctor/catalogue/sources'
import type { Animal } from '../animal.ts'
import { changed, headers, signed } from '../distortions.ts'
import type { Passing, Reply } from '../gate.ts'

const twoHoursAgo = (reply: Reply): Reply => ({
  ...reply,
  headers: { ...reply.headers, date: new Date(Date.now() - 2 * 3_600_000).toUTCString() },
})

/** Servers that live in another time than others, or before a cache that does. */
export const belated: readonly Animal[] = [
  {
    id: 'challenge-from-cache',
    title: 'A cache answers those who have a token with the 401 of those who had none',
    source: rfc(9111, '3.5'),
    defect: {
      distortion: headers(signed, {
        'cache-control': 'public, max-age=3600',
        age: '120',
        'x-cache': 'HIT',
      }),
    },
    named: 'challenge_from_cache',
  },
  {
    id: 'clocks-off',
    title: 'The clock of the machine is two hours behind',
    source: rfc(7519, '4.1.4'),
    defect: { distortion: changed(() => true, twoHoursAgo) },
    named: 'clock_skew',
  },
  {
    id: 'issuer-clock-off',
    title: 'The authorization server’s clock is two hours behind that of the MCP server',
    source: rfc(9068, '4'),
    defect: {
      distortion: changed(({ server }: Passing) => server === 'authorization-server', twoHoursAgo),
    },
    named: 'clocks_disagree',
  },
]
