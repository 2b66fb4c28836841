/** How the resource server calls itself when it asks the authorization server: what it asks belongs to no flow. */
export const resourceServerAgent = 'neonpanel-resource-server'
