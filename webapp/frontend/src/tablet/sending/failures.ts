// A visit that could not take place, in the codes of the office.
import type { FailureAnswers, Report } from '../shapes/records'
import type { Visit } from '../shapes/wire'

export const FAILURES = [
  'no_answer', 'third_party', 'language', 'refused', 'refused_by_family', 'in_hospital', 'wrong_address', 'moved', 'unsafe', 'broken_off', 'dead',
] as const
export const REASONS = ['R01', 'R02', 'R03', 'R04', 'R05', 'R06', 'R07', 'R08', 'R09', 'R10', 'R99'] as const
export const LEFT_BEHIND = ['card', 'note', 'leaflet'] as const

/** Only a refusal has a reason. */
export function wantsReason(outcome: string): boolean {
  return outcome === 'refused' || outcome === 'refused_by_family'
}

/** Which language she speaks, so that an interpreter can be found. */
export function wantsNote(outcome: string): boolean {
  return outcome === 'language'
}

/** The report as it waits and is sent; what was not said is left out. */
export function failureReport(visit: Visit, answers: FailureAnswers, made: { id: string; now: number }): Report {
  const { outcome, reason, left, note } = answers
  const body: Record<string, unknown> = { outcome, left_behind: [...left], at: new Date(made.now).toISOString() }
  if (wantsReason(outcome) && reason) body.reason = reason
  if (note.trim()) body.note = note.trim()
  return { id: made.id, kind: 'failure', visitId: visit.id, personName: visit.person.name, urgent: false, body }
}
