// A list too long to read through is searched: nobody scrolls past a thousand towns.

/** From how many choices on a list is searched. */
export const LONG_LIST = 25
const SHOWN_AT_ONCE = 12

interface Option {
  value: string
  label: { asString: string }
}

/** The options whose words begin as what is sought does, the chosen ones first; 12 at most beside those. */
export function found<One extends Option>(options: readonly One[], sought: string, chosen: readonly string[]): One[] {
  const words = plain(sought).split(/\s+/).filter(Boolean)
  const kept = options.filter(({ value }) => chosen.includes(value))
  const others: One[] = []
  for (const option of options) {
    if (others.length === SHOWN_AT_ONCE) break
    if (!chosen.includes(option.value) && matches(plain(option.label.asString), words)) others.push(option)
  }
  return [...kept, ...others]
}

function matches(label: string, words: readonly string[]): boolean {
  const parts = label.split(/[\s'’-]+/)
  return words.every((word) => label.startsWith(word) || parts.some((part) => part.startsWith(word)))
}

/** Without accents and capitals: "Orléans" is found by "orl" and by "ORLÉ". */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
}
