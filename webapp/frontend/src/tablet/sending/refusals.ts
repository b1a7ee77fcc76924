// A part of a visit that the person refuses while she agrees to the rest.
import type { Report } from '../shapes/records'
import type { Visit } from '../shapes/wire'

export const PARTS = ['health', 'photos', 'works', 'sharing'] as const

/** The report as it waits and is sent. */
export function refusalReport(visit: Visit, parts: readonly string[], made: { id: string; now: number }): Report {
  const body = { parts: [...parts], at: new Date(made.now).toISOString() }
  return { id: made.id, kind: 'refusal', visitId: visit.id, personName: visit.person.name, urgent: false, body }
}
