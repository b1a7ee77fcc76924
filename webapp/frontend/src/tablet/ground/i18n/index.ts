import { ref } from 'vue'
import { en } from './en'
import { fr, type Key, type Sentence } from './fr'
import { spokenDecimals } from '../numbers'

export type { Key } from './fr'
export const LANGUAGES = ['fr', 'en'] as const
type Language = (typeof LANGUAGES)[number]

const sentences: Record<Language, Record<Key, Sentence>> = { fr, en }

/** The language of the screens; French until someone says otherwise. */
export const language = ref<Language>('fr')

export function setLanguage(wanted: string | null | undefined): void {
  language.value = wanted === 'en' ? 'en' : 'fr'
  document.documentElement.lang = language.value
}

/** Say a sentence in the current language; `n` chooses between singular and plural. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const sentence = sentences[language.value][key]
  return typeset(fill(typeof sentence === 'string' ? sentence : plural(sentence, Number(values.n)), values))
}

/** Several things in one sentence: "ADAM, BLIN et CARON". */
export function listed(things: readonly string[]): string {
  return new Intl.ListFormat(language.value, { type: 'conjunction' }).format(things)
}

/** Say a sentence whose key is made from a code, or the code itself when there is none. */
export function tCode(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return key in fr ? t(key as Key) : code
}

/** French sets a space before « : ; ? ! » and inside its quotes that must never end a line. */
export function typeset(text: string): string {
  if (language.value !== 'fr') return text
  return text.replace(/ (?=[:;?!»])/g, '\u00a0').replace(/« /g, '«\u00a0')
}

/** A text of a form with the answers it quotes: the engine writes 17.7 whatever the language. */
export function rendered(text: string): string {
  return typeset(spokenDecimals(text, language.value))
}

function plural(sentence: { one: string; other: string }, n: number): string {
  return new Intl.PluralRules(language.value).select(n) === 'one' ? sentence.one : sentence.other
}

function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}
