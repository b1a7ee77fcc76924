// The visits of a week as a visitor reads them: today first, then what comes; what is past stands apart.
import { dayOf } from '../ground/moments'
import { fits } from '../ground/searching'
import { addressOf } from './rounds'
import type { Visit } from '../shapes/wire'

/** A visit, and which stop of its day it is, whatever is sought. */
export interface Stop {
  visit: Visit
  order: number
}

export interface DayPart {
  day: string
  /** All visits of the day; `shown` are those that are sought. */
  visits: Visit[]
  shown: Stop[]
}

/** Whether a visit is sought: by the name, the street, the town or the reference of the home. */
export function isSought({ person, dwelling }: Visit, sought: string): boolean {
  return fits(`${person.name} ${addressOf(dwelling)} ${dwelling.reference}`, sought)
}

/** The days in order, those before today apart; a day without anything sought is left out. */
export function partsOf(visits: readonly Visit[], sought: string, now: number): { past: DayPart[]; coming: DayPart[] } {
  const days = new Map<string, Visit[]>()
  for (const visit of [...visits].sort((a, b) => a.planned_start_at.localeCompare(b.planned_start_at))) {
    const day = dayOf(visit.planned_start_at)
    days.set(day, [...(days.get(day) ?? []), visit])
  }
  const parts = [...days].map(([day, all]): DayPart => ({
    day, visits: all, shown: all.map((visit, index) => ({ visit, order: index + 1 })).filter(({ visit }) => isSought(visit, sought)),
  })).filter(({ shown }) => shown.length)
  const today = dayOf(now)
  return { past: parts.filter(({ day }) => day < today), coming: parts.filter(({ day }) => day >= today) }
}
