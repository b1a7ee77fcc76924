// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listed, setLanguage, t, type Key } from '../src/tablet/ground/i18n'
import { en } from '../src/tablet/ground/i18n/en'
import { fr, type Sentence } from '../src/tablet/ground/i18n/fr'

const FOLDER = join(import.meta.dirname, '../src/tablet')
const forms = (sentence: Sentence) => (typeof sentence === 'string' ? [sentence] : [sentence.one, sentence.other])
const holes = (sentence: Sentence) => new Set(forms(sentence).flatMap((form) => form.match(/\{\w+\}/g) ?? []))
const keys = Object.keys(fr) as Key[]

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path)
    return /\.(ts|vue)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : []
  })
}

describe('the sentences', () => {
  it('are the same in both languages, with the same holes', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
    for (const key of keys) expect([key, holes(en[key])]).toEqual([key, holes(fr[key])])
  })

  it('are never empty', () => {
    for (const key of keys) for (const form of [...forms(fr[key]), ...forms(en[key])]) expect(form.trim()).not.toBe('')
  })

  it('use the typographic apostrophe', () => {
    for (const key of keys) for (const form of [...forms(fr[key]), ...forms(en[key])]) expect(form).not.toContain("'")
  })

  it('are all said somewhere', () => {
    const code = sources(FOLDER).join('\n')
    const madeFromCodes = /^(state|severity|kind|due|band|failure|reason|left|refused|opened|sent\.state|display|score\.name|outbox\.(why|state|report|waiting\w*|attention\w*)|pin\.fault|end\.(insecure|erased)|urgent\.(title|do)|question\.(required|constraint)|limits\.(number|day)|elsewhere|order\.(state|hold|outcome|sent|before|after))\b/
    const unsaid = keys.filter((key) => !madeFromCodes.test(key) && !code.includes(`'${key}'`))
    expect(unsaid).toEqual([])
  })

  it('choose singular and plural as each language does', () => {
    setLanguage('fr')
    expect(t('outbox.waiting', { n: 1, who: 'ADAM' })).toBe('1 formulaire pas encore envoyé\u00a0: ADAM')
    expect(t('outbox.waiting', { n: 2, who: listed(['ADAM', 'BLIN']) })).toBe('2 formulaires pas encore envoyés\u00a0: ADAM et BLIN')
    setLanguage('en')
    expect(t('outbox.waiting', { n: 1, who: 'ADAM' })).toBe('1 form not sent yet: ADAM')
  })
})
