/** What Tallow Studio sells; columns as in catalogue-harbor.ts. */
export const tallowCatalogue = `
SCN | Soy candle 220 g | Candles | Willamette Wax | 5.20 | 28.00 | 900 | 480 | 9 | Cedar & Smoke, Fig Leaf, Salt Marsh, Tomato Vine, Wild Rose, Black Tea
SCT | Soy candle tin 90 g | Candles | Willamette Wax | 2.30 | 14.00 | 260 | 160 | 9 | Cedar & Smoke, Fig Leaf, Salt Marsh, Tomato Vine, Wild Rose
BPL | Beeswax pillar | Candles | Willamette Wax | 4.80 | 22.00 | 700 | 420 | 6 | Small, Medium x1.5, Tall x2
BTP | Beeswax tapers, pair | Candles | Willamette Wax | 3.40 | 18.00 | 420 | 210 | 8 | Natural, Ivory, Terracotta, Forest
BTL | Beeswax tea lights, box of 12 | Candles | Willamette Wax | 4.10 | 20.00 | 520 | 240 | 7 | Natural, Ivory
RDF | Reed diffuser 120 ml | Home fragrance | Grasse Aromatics | 8.70 | 42.00 | 1100 | 410 | 5 | Cedar & Smoke, Fig Leaf, Salt Marsh
RMS | Room and linen mist 100 ml | Home fragrance | Grasse Aromatics | 4.60 | 26.00 | 480 | 170 | 6 | Fig Leaf, Salt Marsh, Wild Rose
INC | Incense cones, box of 30 | Home fragrance | Grasse Aromatics | 2.40 | 16.00 | 220 | 90 | 6 | Hinoki, Juniper, Amber
CHD | Glass candle holder | Accessories | Ohio Vessel Glass | 3.90 | 22.00 | 800 | 380 | 5 | Clear, Smoke, Amber
CCL | Glass cloche | Accessories | Ohio Vessel Glass | 7.60 | 36.00 | 3200 | 700 | 3 | Small, Large x1.4
SNF | Brass candle snuffer | Accessories | Moradabad Brassworks | 5.10 | 26.00 | 380 | 150 | 4 | Polished, Aged
WTR | Wick trimmer | Accessories | Moradabad Brassworks | 3.60 | 18.00 | 300 | 120 | 5 | Brass, Black
MTC | Apothecary match bottle | Accessories | Ohio Vessel Glass | 2.70 | 15.00 | 420 | 130 | 7 | Clear, Green, Amber
GBX | Gift box, three candles | Gifts | Willamette Wax | 10.80 | 54.00 | 2300 | 960 | 6 | Winter, Garden, Coast
`
