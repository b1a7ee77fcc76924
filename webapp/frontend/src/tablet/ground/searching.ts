// A list too long to read through is searched: nobody scrolls past a thousand towns.

/** From how many choices on a list is searched. */
export const LONG_LIST = 25
const SHOWN_AT_ONCE = 12

interface Option {
  value: string
  label: { asString: string }
}

interface Found<One> {
  /** The chosen ones first, then 12 others at most. */
  shown: One[]
  /** How it went: all that match are shown, there are more, or none matches. */
  matches: 'all' | 'more' | 'none'
}

/** The options whose words begin as what is sought does. */
export function found<One extends Option>(options: readonly One[], sought: string, chosen: readonly string[]): Found<One> {
  const words = plain(sought).split(/\s+/).filter(Boolean)
  const fits = (option: One) => matches(plain(option.label.asString), words)
  const kept = options.filter(({ value }) => chosen.includes(value))
  const others: One[] = []
  for (const option of options) {
    if (chosen.includes(option.value) || !fits(option)) continue
    if (others.length === SHOWN_AT_ONCE) return { shown: [...kept, ...others], matches: 'more' }
    others.push(option)
  }
  return { shown: [...kept, ...others], matches: others.length || kept.some(fits) ? 'all' : 'none' }
}

/** Whether each word sought begins a word of a text, accents and capitals apart. */
export function fits(text: string, sought: string): boolean {
  return matches(plain(text), plain(sought).split(/\s+/).filter(Boolean))
}

function matches(label: string, words: readonly string[]): boolean {
  const parts = label.split(/[\s'’-]+/)
  return words.every((word) => label.startsWith(word) || parts.some((part) => part.startsWith(word)))
}

/** Without accents and capitals: "Orléans" is found by "orl" and by "ORLÉ". */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
}
