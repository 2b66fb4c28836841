/**
 * What Harbor Goods sells.
 *
 * code | name | category | supplier | unit cost | list price (USD) | cm³ | grams | popularity 1–10 | variants
 *
 * A variant's `x1.4` scales cost, price, volume and weight. A code that ends in `*` is sold in Europe too.
 */
export const harborCatalogue = `
LTT* | Linen tea towel | Home textiles | Baltic Linen Works | 4.15 | 18.00 | 620 | 140 | 9 | Oat, Sage, Clay, Indigo, Charcoal
LNP* | Linen napkins, set of 4 | Home textiles | Baltic Linen Works | 8.90 | 38.00 | 900 | 260 | 7 | Oat, Sage, Clay, Ink
LTC* | Linen tablecloth 150 × 250 cm | Home textiles | Baltic Linen Works | 23.60 | 98.00 | 3100 | 820 | 4 | Oat, Sage, Slate
LDC* | Washed linen duvet cover | Home textiles | Baltic Linen Works | 46.20 | 189.00 | 7400 | 1650 | 4 | Natural, Fog, Rust
LPC* | Washed linen pillowcases, pair | Home textiles | Baltic Linen Works | 14.10 | 58.00 | 1600 | 420 | 5 | Natural, Fog, Rust
WBT* | Waffle bath towel | Bath | Jaipur Block & Loom | 7.30 | 34.00 | 4200 | 560 | 8 | Chalk, Sand, Moss, Slate
WHT | Waffle hand towel | Bath | Jaipur Block & Loom | 3.10 | 16.00 | 1500 | 210 | 7 | Chalk, Sand, Moss, Slate
BMT | Cotton bath mat | Bath | Jaipur Block & Loom | 6.80 | 32.00 | 5200 | 780 | 5 | Chalk, Sand, Slate
BPT* | Block print throw | Home textiles | Jaipur Block & Loom | 15.40 | 72.00 | 6100 | 1100 | 5 | Marigold, Indigo, Fern
BPC | Block print cushion cover | Home textiles | Jaipur Block & Loom | 5.20 | 28.00 | 900 | 190 | 6 | Marigold, Indigo, Fern, Madder
EDO* | Enamel Dutch oven | Kitchen | Ribe Enamel | 31.50 | 128.00 | 14500 | 3900 | 6 | 3 qt, 5 qt x1.3, 7 qt x1.6
ESP* | Enamel saucepan with lid | Kitchen | Ribe Enamel | 16.80 | 68.00 | 6800 | 1250 | 6 | Cream, Sage, Midnight
EMG* | Enamel mug | Kitchen | Ribe Enamel | 3.35 | 16.00 | 900 | 190 | 10 | Cream, Sage, Midnight, Tomato, Mustard
EPP | Enamel pie plate | Kitchen | Ribe Enamel | 6.10 | 28.00 | 3200 | 540 | 5 | Cream, Sage, Midnight
EKT* | Enamel kettle 1.5 l | Kitchen | Ribe Enamel | 17.90 | 74.00 | 6400 | 980 | 6 | Cream, Sage, Midnight
SBW* | Stoneware serving bowl | Dining | Porto Clay Collective | 10.40 | 46.00 | 6200 | 1380 | 5 | Sand, Moss, Tide
SDP* | Stoneware dinner plates, set of 4 | Dining | Porto Clay Collective | 18.20 | 78.00 | 7100 | 3100 | 6 | Sand, Moss, Tide
SPB* | Stoneware pasta bowls, set of 4 | Dining | Porto Clay Collective | 16.90 | 72.00 | 7800 | 2700 | 6 | Sand, Moss, Tide
SCP | Stoneware cups, pair | Dining | Porto Clay Collective | 7.10 | 32.00 | 2300 | 640 | 7 | Sand, Moss, Tide
SVS | Stoneware bud vase | Dining | Porto Clay Collective | 4.60 | 24.00 | 1300 | 420 | 5 | Sand, Moss, Tide
CIS* | Cast iron skillet | Kitchen | Ningbo Hearthware | 9.80 | 42.00 | 4100 | 2100 | 8 | 8 in, 10 in x1.3, 12 in x1.6
CIG | Cast iron griddle | Kitchen | Ningbo Hearthware | 15.60 | 64.00 | 6300 | 3900 | 4 | Single, Double x1.5
POC* | Pour-over coffee dripper | Kitchen | Ningbo Hearthware | 5.40 | 26.00 | 2200 | 380 | 7 | White, Black
FPR | French press | Kitchen | Ningbo Hearthware | 9.20 | 42.00 | 5400 | 920 | 6 | 0.6 l, 1 l x1.2
GKN* | Gooseneck kettle 1 l | Kitchen | Ningbo Hearthware | 18.70 | 79.00 | 7900 | 1050 | 6 | Steel, Black, Brass x1.15
CKN* | Chef's knife 20 cm | Kitchen | Seki Blade Company | 34.00 | 138.00 | 1700 | 260 | 4 | Walnut, Black ash
PKN* | Petty knife 13 cm | Kitchen | Seki Blade Company | 21.50 | 88.00 | 1100 | 140 | 4 | Walnut, Black ash
BKN | Bread knife 24 cm | Kitchen | Seki Blade Company | 24.80 | 98.00 | 1900 | 240 | 3 | Walnut, Black ash
ACB | Acacia cutting board | Kitchen | Cascade Timber Goods | 12.20 | 52.00 | 3600 | 1700 | 6 | Small, Medium x1.3, Large x1.7
MSP | Maple spoon set | Kitchen | Cascade Timber Goods | 6.40 | 28.00 | 1400 | 260 | 7 | Natural, Smoked
OCT | Oak crate | Storage | Cascade Timber Goods | 13.10 | 54.00 | 16500 | 2300 | 4 | Small, Large x1.5
PGR | Peg rail, oak | Storage | Cascade Timber Goods | 8.60 | 38.00 | 2900 | 900 | 5 | 4 pegs, 6 pegs x1.3
RSB* | Rattan storage basket | Storage | Hanoi Rattan House | 9.40 | 44.00 | 18500 | 900 | 5 | Small, Medium x1.4, Large x1.8
RTR* | Rattan serving tray | Dining | Hanoi Rattan House | 8.10 | 38.00 | 7200 | 700 | 5 | Round, Oval
RLS | Rattan lamp shade | Home textiles | Hanoi Rattan House | 12.90 | 64.00 | 26000 | 800 | 3 | Dome, Drum
SGB | Seagrass laundry hamper | Storage | Hanoi Rattan House | 14.80 | 68.00 | 31000 | 1500 | 4 | Natural, Two-tone
CKT* | Cork trivet | Dining | Alentejo Cork | 2.10 | 12.00 | 500 | 90 | 7 | Round, Hexagon
CKB* | Cork bath mat | Bath | Alentejo Cork | 11.30 | 49.00 | 4900 | 1100 | 3 | Natural, Smoked
CFT | Camp table, folding | Outdoor | Lakeland Outdoor | 32.50 | 129.00 | 21000 | 4800 | 4 | Ash, Olive
CPC | Canvas camp chair | Outdoor | Lakeland Outdoor | 26.40 | 109.00 | 17500 | 3600 | 5 | Olive, Sand, Navy
WPB | Waxed picnic blanket | Outdoor | Lakeland Outdoor | 17.30 | 74.00 | 6900 | 1400 | 6 | Olive, Check, Navy
ICB | Insulated cooler bag | Outdoor | Lakeland Outdoor | 13.60 | 58.00 | 8200 | 900 | 6 | 12 l, 20 l x1.3
SSL | Solar string lights | Outdoor | Ningbo Hearthware | 6.70 | 34.00 | 2400 | 520 | 8 | 5 m, 10 m x1.5
FPT* | Fire pit, steel | Outdoor | Ningbo Hearthware | 41.00 | 169.00 | 46000 | 9200 | 3 | 55 cm, 70 cm x1.4
GTS* | Garden tool set, ash handles | Outdoor | Ningbo Hearthware | 13.90 | 58.00 | 5200 | 1600 | 5 | Three-piece, Five-piece x1.5
WCN* | Watering can | Outdoor | Ribe Enamel | 11.20 | 48.00 | 9800 | 900 | 6 | 3 l, 7 l x1.4
TPL | Terracotta planter | Outdoor | Porto Clay Collective | 6.90 | 32.00 | 8600 | 2600 | 6 | 14 cm, 20 cm x1.5, 28 cm x2.1
SJR* | Glass storage jar, cork lid | Storage | Alentejo Cork | 3.90 | 19.00 | 2100 | 480 | 8 | 0.5 l, 1 l x1.3, 2 l x1.8
`
