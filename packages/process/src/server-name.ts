/** The two servers. */
export const serverNames = ['authorization-server', 'resource-server'] as const

export type ServerName = (typeof serverNames)[number]
