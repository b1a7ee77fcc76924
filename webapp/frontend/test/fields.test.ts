import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const TABLET = join(__dirname, '../src/tablet')
/** What one types into; what one taps has its form's word for it. */
const TYPED_IN = /<(?:textarea|input)\b(?![^>]*type="(?:radio|checkbox|file|range|several \?))[^>]*>/gs

const templates = readdirSync(TABLET, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.vue'))
  .map((name) => ({ name, text: readFileSync(join(TABLET, name), 'utf8').replace(/=>/g, '⇒') }))

describe('what a browser keeps of a field for itself', () => {
  it('is nothing: each form and each field one types into says so', () => {
    const forms = templates.flatMap(({ text }) => text.match(/<form\b[^>]*>/gs) ?? [])
    expect(forms.length).toBeGreaterThan(4)
    expect(forms.filter((form) => !form.includes('autocomplete="off"'))).toEqual([])
    const fields = templates.flatMap(({ text }) => text.match(TYPED_IN) ?? [])
    expect(fields.length).toBeGreaterThan(8)
    expect(fields.filter((field) => !/autocomplete="[\w-]+"/.test(field))).toEqual([])
  })

  it('is not sent to a service that spells or translates', () => {
    const page = readFileSync(join(TABLET, 'index.html'), 'utf8')
    expect(page).toContain('<body spellcheck="false">')
    expect(page).toContain('translate="no"')
  })
})
