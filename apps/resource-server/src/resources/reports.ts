import { readReports } from '../ledger/reports.ts'
import type { ResourceKind } from '../mcp/resource.ts'
import { drawProfitAndLoss, drawStockValuation } from '../tools/report-figures.ts'
import { describeReport } from '../tools/reports.ts'

export const reports: ResourceKind = {
  name: 'report',
  title: 'Report',
  description:
    'A profit and loss statement of a month or quarter, or a stock valuation at a month end.',
  idName: 'report_id',
  scopes: ['read:reports'],
  async list({ database, company }) {
    const found = await readReports(database, [company])
    return found.map(({ id, title, period }) => ({ id, title, lastModified: period.to }))
  },
  async read({ database, company }, id) {
    const report = (await readReports(database, [company])).find((each) => each.id === id)
    if (!report) return undefined
    const figures =
      report.kind === 'profit_and_loss'
        ? { profit_and_loss: await drawProfitAndLoss(database, report) }
        : { stock_valuation: await drawStockValuation(database, report) }
    return { ...describeReport(report), ...figures }
  },
  // An import corrects stock, and with it what the books say.
  isTouchedBy: () => true,
}
