// An urgent finding as it is told: once, however often it is sent.
import type { DraftRecord } from './draft'
import type { Follow } from './follows'
import type { Report } from './outbox'
import type { Translated } from './wire'

/** An urgent finding that was told. */
export interface UrgentNote {
  /** Made of the instance and the place in it: the same finding told twice is one alert. */
  id: string
  /** The place in the form, with the numbers of its rooms. */
  reference: string
  path: string
  severity: string
  label: Translated
  raisedAt: number
  /** Who was reached, and when; nobody when the name is empty and there is a time. */
  reachedName: string
  reachedAt: number | null
}

/** What was told of a finding, if anything. */
export function known(notes: readonly UrgentNote[] | undefined, follow: Follow): UrgentNote | undefined {
  return notes?.find(({ reference }) => reference === follow.reference)
}

/** A UUID that is always the same for a place of an instance: a crash in between tells nothing twice. */
export async function alertId(instanceId: string, reference: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${instanceId} ${reference}`))
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The alert as the server takes it; nobody reached is left out. */
export function alertOf({ record }: { record: DraftRecord }, told: UrgentNote): Report {
  const { id, path, severity, label, raisedAt, reachedName, reachedAt } = told
  const reached = reachedName && reachedAt !== null
    ? { reached_name: reachedName, reached_at: new Date(reachedAt).toISOString() }
    : {}
  return {
    id, kind: 'alert', visitId: record.visitId, personName: record.personName, urgent: true,
    body: { instance_id: record.instanceId, path, severity, label, raised_at: new Date(raisedAt).toISOString(), ...reached },
  }
}
