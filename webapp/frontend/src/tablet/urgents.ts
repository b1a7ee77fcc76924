// Urgent findings: told to the office at once, with who was reached; kept with the draft.
import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import type { Follow } from './follows'
import { note, type OpenVisit } from './openvisit'
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

export interface Reached {
  name: string
  at: number
}

/** A mis-tap undone within this time tells nobody anything. */
export const SECOND_THOUGHT_MS = 4_000

export interface Urgents {
  notes: ComputedRef<readonly UrgentNote[]>
  /** Note who was reached (an empty name: nobody answered), and tell it. */
  reach(follow: Follow, reached: Reached): Promise<void>
  /** Tell at once what is still in its time for second thoughts. */
  flush(): Promise<void>
}

/** Tell each urgent finding once it has stayed a moment, and again when somebody was reached. */
export function useUrgents(
  visit: OpenVisit, urgent: ComputedRef<Follow[]>, report: (report: Report) => Promise<void>,
): Urgents {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const notes = computed(() => {
    void visit.noted.value
    return visit.record.urgents ?? []
  })

  async function put(follow: Follow, changes: Partial<UrgentNote>): Promise<void> {
    clearTimeout(timers.get(follow.reference))
    timers.delete(follow.reference)
    const before = known(visit.record.urgents, follow) ?? await firstNote(visit, follow)
    const now = { ...before, ...changes }
    const others = (visit.record.urgents ?? []).filter(({ id }) => id !== now.id)
    note(visit, { urgents: [...others, now] })
    await report(alertOf(visit, now))
  }

  const told = (follow: Follow) => known(notes.value, follow) !== undefined

  watch(urgent, (follows) => {
    for (const [reference, timer] of timers) {
      if (follows.some((follow) => follow.reference === reference)) continue
      clearTimeout(timer)
      timers.delete(reference)
    }
    for (const follow of follows) {
      if (told(follow) || timers.has(follow.reference)) continue
      timers.set(follow.reference, setTimeout(() => void put(follow, {}), SECOND_THOUGHT_MS))
    }
  }, { immediate: true })
  onScopeDispose(() => { for (const timer of timers.values()) clearTimeout(timer) })

  return {
    notes,
    reach: (follow, { name, at }) => put(follow, { reachedName: name, reachedAt: at }),
    async flush() {
      for (const follow of urgent.value) if (!told(follow)) await put(follow, {})
    },
  }
}

export function known(notes: readonly UrgentNote[] | undefined, follow: Follow): UrgentNote | undefined {
  return notes?.find(({ reference }) => reference === follow.reference)
}

async function firstNote({ record }: OpenVisit, follow: Follow): Promise<UrgentNote> {
  const { reference, path, severity, labels } = follow
  const id = await alertId(record.instanceId, reference)
  return { id, reference, path, severity, label: labels, raisedAt: Date.now(), reachedName: '', reachedAt: null }
}

/** A UUID that is always the same for a place of an instance: a crash in between tells nothing twice. */
export async function alertId(instanceId: string, reference: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${instanceId} ${reference}`))
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The alert as the server takes it; nobody reached is left out. */
export function alertOf({ record }: Pick<OpenVisit, 'record'>, told: UrgentNote): Report {
  const { id, path, severity, label, raisedAt, reachedName, reachedAt } = told
  const reached = reachedName && reachedAt !== null
    ? { reached_name: reachedName, reached_at: new Date(reachedAt).toISOString() }
    : {}
  return {
    id, kind: 'alert', visitId: record.visitId, personName: record.personName, urgent: true,
    body: { instance_id: record.instanceId, path, severity, label, raised_at: new Date(raisedAt).toISOString(), ...reached },
  }
}
