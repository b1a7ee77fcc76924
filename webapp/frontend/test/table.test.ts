// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { readTable } from '../src/office/table'

it('reads a chart from its table, French figures and gaps included', () => {
  document.body.innerHTML = `<table><thead><tr><th>Mois</th><th>Visites</th><th>Taux</th></tr></thead>
    <tbody><tr><th>mai</th><td>1\u202f234</td><td data-value="12.5">12,5\u00a0%</td></tr><tr><th>juin</th><td>—</td><td>13 %</td></tr></tbody></table>`
  expect(readTable(document.querySelector('table')!)).toEqual({
    categories: ['mai', 'juin'],
    series: [{ name: 'Visites', data: [1234, null] }, { name: 'Taux', data: [12.5, 13] }],
  })
})
