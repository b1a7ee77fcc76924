import type { Calendar } from '@event-calendar/core'

/** A visit, a free hour or an absence as the table tells it; hours are those of Paris, as they are written. */
export interface Told {
  id: string
  visitor: string
  start: string
  end: string
  kind: 'visit' | 'free' | 'away'
  /** What its line says after the hours. */
  said: string
  /** Where its page is, if this reader may see it, and which turn of it was read, if it may be moved. */
  href?: string
  turn?: string
}

/** Read the agenda from its table, which the server wrote. */
export function readBoard(table: HTMLTableElement): { visitors: Calendar.ResourceInput[]; told: Told[] } {
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tr[data-visitor]')]
  const told = rows.flatMap((row) => [...row.querySelectorAll('td')].flatMap((cell) => readCell(row.dataset.visitor!, cell)))
  return { visitors: rows.map((row) => ({ id: row.dataset.visitor!, title: copied(row.cells[0]) })), told }
}

/** Give what a cell shows, to be shown once more: its links and what it says beside them. */
export function copied(cell: Element | null | undefined): Calendar.Content {
  return { domNodes: [...(cell?.childNodes ?? [])].map((node) => node.cloneNode(true)) }
}

function readCell(visitor: string, cell: HTMLTableCellElement): Told[] {
  const { away } = cell.dataset
  const lines = [...cell.querySelectorAll<HTMLElement>('li[data-from]')].map((line) => readLine(visitor, line))
  const said = cell.querySelector('.badge')?.textContent?.trim() ?? ''
  return away ? [{ id: `${visitor}-${away}`, visitor, start: `${away}T00:00`, end: `${away}T23:59`, kind: 'away', said }, ...lines] : lines
}

function readLine(visitor: string, line: HTMLElement): Told {
  const { from, until, turn } = line.dataset as Record<string, string>
  const href = line.querySelector('a')?.getAttribute('href') ?? undefined
  const said = line.textContent!.trim().replace(/^\S+\s+/, '').replace(/\s+/g, ' ')
  // Whoever goes along has the same visit: it is moved from the row of its visitor alone.
  const id = href && turn !== undefined ? new URL(href, location.href).pathname.split('/').pop()! : `${visitor}-${from}`
  const kind = line.classList.contains('small-print') ? 'free' : 'visit'
  return { id, visitor, start: from!, end: until!, kind, said, href, turn }
}
