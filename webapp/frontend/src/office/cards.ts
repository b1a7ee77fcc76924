// On a narrow screen a table reads as cards: each row a block, each cell under its heading. The
// headings are copied here, so that no template repeats them; the roles keep it a table to a screen
// reader once the sheet makes blocks of its rows.

/** Give each cell of these tables its heading and each part its role. */
export function makeCards(scope: ParentNode): void {
  for (const table of scope.querySelectorAll<HTMLTableElement>('.table-palier')) {
    const heads = table.tHead?.rows[0]
    if (!heads) continue
    table.dataset.cards = ''
    table.setAttribute('role', 'table')
    const labels = [...heads.cells].map((head) => head.dataset.short ?? head.textContent.trim())
    // A heading for screen readers alone: but for a box to tick, what stands under it says as much.
    const unsaid = [...heads.cells].map((head) => head.querySelector('.visually-hidden') !== null)
    for (const part of [table.tHead, ...table.tBodies, table.tFoot]) part?.setAttribute('role', 'rowgroup')
    setRoles(heads)
    for (const row of table.rows) if (row !== heads) labelRow(row, labels, unsaid)
  }
}

function labelRow(row: HTMLTableRowElement, labels: string[], unsaid: boolean[]): void {
  setRoles(row)
  let column = 0
  for (const cell of row.cells) {
    const label = unsaid[column] && !cell.querySelector('[type=checkbox]') ? '' : (labels[column] ?? '')
    column += cell.colSpan
    const isEmpty = cell.textContent.trim() === '' && !cell.querySelector('input, img, i')
    if (cell.tagName === 'TD' && cell.colSpan === 1 && label && !isEmpty) cell.dataset.label = label
  }
}

function setRoles(row: HTMLTableRowElement): void {
  row.setAttribute('role', 'row')
  for (const cell of row.cells) {
    const isHead = cell.tagName === 'TH'
    const role = !isHead ? 'cell' : cell.scope === 'row' || cell.scope === 'rowgroup' ? 'rowheader' : 'columnheader'
    cell.setAttribute('role', role)
  }
}
