import type { Prisma } from '../../client.ts'

/** Rows of the ledger by table, parents before children: the order in which they are inserted. */
export interface LedgerTables {
  readonly Company: Prisma.CompanyCreateManyInput[]
  readonly Warehouse: Prisma.WarehouseCreateManyInput[]
  readonly Item: Prisma.ItemCreateManyInput[]
  readonly Shipment: Prisma.ShipmentCreateManyInput[]
  readonly ShipmentLine: Prisma.ShipmentLineCreateManyInput[]
  readonly ShipmentCharge: Prisma.ShipmentChargeCreateManyInput[]
  readonly CostLayer: Prisma.CostLayerCreateManyInput[]
  readonly Sale: Prisma.SaleCreateManyInput[]
  readonly StockTransfer: Prisma.StockTransferCreateManyInput[]
  readonly StockAdjustment: Prisma.StockAdjustmentCreateManyInput[]
  readonly StockReservation: Prisma.StockReservationCreateManyInput[]
}

export function emptyTables(): LedgerTables {
  return {
    Company: [],
    Warehouse: [],
    Item: [],
    Shipment: [],
    ShipmentLine: [],
    ShipmentCharge: [],
    CostLayer: [],
    Sale: [],
    StockTransfer: [],
    StockAdjustment: [],
    StockReservation: [],
  }
}
