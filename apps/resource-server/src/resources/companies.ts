import type { ResourceKind } from '../mcp/resource.ts'
import { describeCompany } from '../tools/companies.ts'

export const companies: ResourceKind = {
  name: 'company',
  title: 'Company',
  description: 'A company: its currency, sales channels, and the last day of its books.',
  idName: undefined,
  scopes: ['read:companies'],
  async list({ company }) {
    return [{ id: '', title: company.name, lastModified: company.postedThrough }]
  },
  read: async ({ company }) => describeCompany(company),
  // It counts its items.
  isTouchedBy: ({ created }) => created,
}
