import { type DocumentHost, startDocumentHost } from '@neonpanel/personas/documents/document-host'
import { callAdminApi } from '../servers.ts'
import type { Terminal } from '../terminal.ts'

/**
 * Serves the metadata documents of all personas on this machine, and has the stack at ISSUER_URL fetch them here, until
 * disposed: for machines without internet, and so that ChatGPT's persona can sign with a key that its document names.
 *
 * @throws CommandFailure when the server has no such operation (it is one of the test controls) or refuses it
 */
export async function localDocuments(terminal: Terminal): Promise<DocumentHost> {
  const host = await startDocumentHost()
  const forget = async () => {
    for (const { host: name } of host.mappings) {
      await callAdminApi(terminal, 'DELETE', `/client-metadata-hosts/${name}`).catch(() => {})
    }
    await host[Symbol.asyncDispose]()
  }
  try {
    for (const mapping of host.mappings) {
      await callAdminApi(terminal, 'POST', '/client-metadata-hosts', mapping)
    }
  } catch (error) {
    await forget()
    throw error
  }
  return { ...host, [Symbol.asyncDispose]: forget }
}
