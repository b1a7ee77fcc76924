// Days and times as people say them, in the language of the screens and the tablet's own time zone.
import { language, t } from './i18n'

const LOCALES = { fr: 'fr-FR', en: 'en-GB' } as const

function format(moment: number | string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], options).format(new Date(moment))
}

/** A time alone, 14:05: said so in both languages, and as a time field wants it. */
export function timeOf(moment: number | string): string {
  const date = new Date(moment)
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
}

/** The moment of a time field: today, or yesterday for a time still to come; now when it is empty. */
export function momentAt(clock: string, now: number): number {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(clock) ?? []
  if (!hours || !minutes || clock.startsWith(timeOf(now))) return now
  const at = new Date(now).setHours(Number(hours), Number(minutes), 0, 0)
  return at > now ? new Date(at).setDate(new Date(at).getDate() - 1) : at
}

/** A day alone: 12 mars 2026. */
export function dateOf(day: string): string {
  return format(`${day.slice(0, 10)}T12:00`, { day: 'numeric', month: 'long', year: 'numeric' })
}

/** The local calendar day of a moment, to group by. */
export function dayOf(moment: number | string): string {
  const date = new Date(moment)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

export function dayTitle(moment: number | string, now = Date.now()): string {
  const named = format(moment, { weekday: 'long', day: 'numeric', month: 'long' })
  if (dayOf(moment) === dayOf(now)) return `${t('day.today')}, ${named}`
  if (dayOf(moment) === dayOf(now + 86_400_000)) return `${t('day.tomorrow')}, ${named}`
  return named.charAt(0).toUpperCase() + named.slice(1)
}

/** A moment near now: the time alone today, with the day otherwise. */
export function whenOf(moment: number | string, now = Date.now()): string {
  const time = timeOf(moment)
  const preposition = language.value === 'fr' ? 'à' : 'at'
  if (dayOf(moment) === dayOf(now)) return `${preposition} ${time}`
  const date = format(moment, { day: 'numeric', month: 'long' })
  return language.value === 'fr' ? `le ${date} à ${time}` : `on ${date} at ${time}`
}
