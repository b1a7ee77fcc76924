import { makeCards } from './cards'
import type { Drawn } from './mapmarks'
import { clusterLabel, type MapTexts } from './maptexts'

/** Fill `#map-table` with what the view shows: the map for those who do not read maps. */
export function fillTable(drawn: Drawn[], texts: MapTexts): void {
  const table = document.querySelector<HTMLTableElement>('#map-table')
  if (!table) return
  const body = table.tBodies[0] ?? table.createTBody()
  const columns = Math.max(table.tHead?.rows[0]?.cells.length ?? 0, 5)
  body.replaceChildren(...(drawn.length ? drawn.map((mark) => row(mark, texts, columns)) : [nothing(texts, columns)]))
  if (table.parentNode) makeCards(table.parentNode)
}

function row(mark: Drawn, texts: MapTexts, columns: number): HTMLTableRowElement {
  const line = document.createElement('tr')
  const { properties } = mark.feature
  if (properties.kind !== 'dwelling') {
    const cell = line.insertCell()
    cell.colSpan = columns - 1
    cell.textContent = clusterLabel(mark.feature, texts)
    line.insertCell().append(opener(mark, texts))
    return line
  }
  const first = document.createElement('th')
  first.scope = 'row'
  first.append(reference(properties.url, properties.reference ?? ''))
  line.append(first)
  for (const value of [properties.address, properties.status, properties.risk, properties.open_works]) {
    line.insertCell().textContent = value === undefined ? '' : String(value)
  }
  return line
}

function reference(url: string | undefined, text: string): Node {
  if (!url?.startsWith('/')) return document.createTextNode(text)
  const link = document.createElement('a')
  link.href = url
  link.textContent = text
  return link
}

function opener(mark: Drawn, texts: MapTexts): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'btn btn-sm btn-outline-primary'
  button.textContent = texts.zoom
  button.setAttribute('aria-label', `${texts.zoom} : ${clusterLabel(mark.feature, texts)}`)
  button.addEventListener('click', () => mark.open())
  return button
}

function nothing(texts: MapTexts, columns: number): HTMLTableRowElement {
  const line = document.createElement('tr')
  const cell = line.insertCell()
  cell.colSpan = columns
  cell.textContent = texts.empty
  return line
}
