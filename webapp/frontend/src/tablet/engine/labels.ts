// A sentence in both languages: as it was said, and as it was written in the other.
import { language } from '../ground/i18n'
import { spokenDecimals } from '../ground/numbers'
import type { Translated } from '../shapes/wire'

/** The sentence in both languages; where the other one quotes answers, what is read here stands for both. */
export function labelsOf(said: string, written: Translated | undefined): Translated {
  const other = language.value === 'fr' ? 'en' : 'fr'
  const here = spokenDecimals(said, language.value)
  const plain = written?.[other] && !written[other].includes('${') ? written[other] : here
  return language.value === 'fr' ? { fr: here, en: plain } : { fr: plain, en: here }
}
