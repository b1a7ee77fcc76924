export interface TableData {
  categories: string[]
  series: { name: string; data: (number | null)[] }[]
}

/** Read a table as a chart: first column the categories, each other column a series. A cell may say its number in `data-value`. */
export function readTable(table: HTMLTableElement): TableData {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim())
  const rows = [...table.tBodies].flatMap((body) => [...body.rows])
  return {
    categories: rows.map((row) => row.cells[0]?.textContent.trim() ?? ''),
    series: heads.slice(1).map((name, index) => ({ name, data: rows.map((row) => numberIn(row.cells[index + 1])) })),
  }
}

/** Read "1 234,5 %" or `data-value="1234.5"`; what is not a number is a gap. */
function numberIn(cell: HTMLTableCellElement | undefined): number | null {
  const text = cell?.dataset.value ?? cell?.textContent ?? ''
  const plain = text.replace(/[\s\u00a0\u202f%€]/g, '').replace(',', '.')
  const value = Number(plain)
  return plain === '' || Number.isNaN(value) ? null : value
}
