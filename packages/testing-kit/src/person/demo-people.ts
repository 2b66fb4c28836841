/** Everybody’s password in the demo. */
export const demoPassword = 'neonpanel-demo'

/** The demo’s accounts: one per role, and one for each way of having none. */
export const people = {
  owner: 'owner@neonpanel.test',
  analyst: 'analyst@neonpanel.test',
  warehouse: 'warehouse@neonpanel.test',
  outsider: 'outsider@neonpanel.test',
  suspended: 'suspended@neonpanel.test',
  admin: 'admin@neonpanel.test',
} as const

export type PersonName = keyof typeof people
