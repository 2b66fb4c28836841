import { sentencesOf } from './requirement.ts'

/** What the MCP server offers besides tools. */
export const resourcesAndPrompts = {
  ...sentencesOf('PRODUCT', 'resources', {
    'resources-listed':
      'Companies, items, shipments and reports are resources with templates and completion, listed in pages that survive changes.',
    'resources-same': 'A resource says what the tool for the same thing says.',
    'resources-access':
      'A resource is there for whoever holds its scopes in its company, and for nobody else.',
  }),
  ...sentencesOf('PRODUCT', 'prompts', {
    'prompts-questions':
      'The questions that people ask of their books are prompts, with companies, months and items to choose from.',
  }),
  ...sentencesOf('PRODUCT', 'subscriptions', {
    'subscriptions-told':
      'An import tells whoever watches what it changed, whatever the revision, and nobody without access.',
    'subscriptions-everywhere': 'It tells them whichever process they are connected to.',
  }),
}
