// An urgent finding as it is told: once, however often it is sent.
import type { Follow } from '../engine/follows'
import type { DraftRecord, Report, UrgentNote } from '../shapes/records'

/** What was told of a finding, if anything. */
export function known(notes: readonly UrgentNote[] | undefined, follow: Follow): UrgentNote | undefined {
  return notes?.find(({ reference }) => reference === follow.reference)
}

/** The findings about which nobody is noted as reached: not called, or nobody answered. */
export function unreached(follows: readonly Follow[], notes: readonly UrgentNote[]): Follow[] {
  return follows.filter((follow) => !known(notes, follow)?.reachedName)
}

/** A UUID that is always the same for a place of an instance: a crash in between tells nothing twice. */
export async function alertId(instanceId: string, reference: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${instanceId} ${reference}`))
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What the server takes at most; a finding is never refused for the length of its words. */
const LONGEST = { name: 100, label: 2000 }

/** The alert as the server takes it: who was reached and when, or when it was that nobody answered. */
export function alertOf({ record }: { record: DraftRecord }, told: UrgentNote): Report {
  const { id, reference, severity, label, raisedAt } = told
  const words = { fr: cut(label.fr, LONGEST.label), en: cut(label.en, LONGEST.label) }
  return {
    id, kind: 'alert', visitId: record.visitId, personName: record.personName, urgent: true,
    body: {
      instance_id: record.instanceId, path: reference, severity, label: words, raised_at: new Date(raisedAt).toISOString(),
      ...calling(told),
    },
  }
}

function calling({ reachedName, reachedAt }: UrgentNote): Record<string, string> {
  if (reachedAt === null) return {}
  const at = new Date(reachedAt).toISOString()
  return reachedName ? { reached_name: cut(reachedName, LONGEST.name), reached_at: at } : { tried_at: at }
}

/** Cut between characters, never in the middle of one. */
function cut(text: string, most: number): string {
  return [...text].slice(0, most).join('')
}
