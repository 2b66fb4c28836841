import type { Prompt } from '../mcp/prompt.ts'
import { itemLandedCost, marginByChannel, monthReview, stockValue } from './finance.ts'
import { itemsRunningOut, whatToReorder } from './stock.ts'

/** Every prompt of the server. */
export const prompts: readonly Prompt[] = [
  itemsRunningOut,
  whatToReorder,
  marginByChannel,
  itemLandedCost,
  monthReview,
  stockValue,
]
