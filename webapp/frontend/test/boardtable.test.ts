// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { readBoard } from '../src/office/boardtable'

it('reads a board from the table of the agenda, with who may be moved and who may not be named', () => {
  document.body.innerHTML = `<table><tr data-visitor="s"><th><a href="/v/s">Sonia</a></th><td data-away="2026-12-01"><span class="badge">absente</span>
    <ul><li data-from="2026-12-01T09:00" data-until="2026-12-01T10:00" data-turn="2">09:00–10:00 <a href="/agenda/visits/abc?view=week">Mme Lo</a>,
    Creil</li><li class="small-print" data-from="2026-12-01T10:00" data-until="2026-12-01T12:00">10:00–12:00 libre</li>
    <li data-from="2026-12-01T12:00" data-until="2026-12-01T13:00">12:00–13:00 prise</li></ul></td></tr></table>`
  const { visitors, told } = readBoard(document.querySelector('table')!)
  expect(visitors.map((one) => one.id)).toEqual(['s'])
  expect(told.map(({ id, kind, said, turn }) => [id, kind, said, turn])).toEqual([
    ['s-2026-12-01', 'away', 'absente', undefined],
    ['abc', 'visit', 'Mme Lo, Creil', '2'],
    ['s-2026-12-01T10:00', 'free', 'libre', undefined],
    ['s-2026-12-01T12:00', 'visit', 'prise', undefined],
  ])
})
