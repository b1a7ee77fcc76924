// Urgent findings: told to the office at once, with who was reached; kept with the draft.
import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import { alertId, alertOf, known } from './alerts'
import type { Follow } from '../engine/follows'
import type { OpenVisit } from './openvisit'
import type { Report, UrgentNote } from '../shapes/records'

export interface Reached {
  name: string
  at: number
}

/** What one does not stay with in a home, by the code of what was found: gas, carbon monoxide, fire. */
const NOT_TO_STAY_WITH: ReadonlySet<string> = new Set(['gas', 'heating', 'fire'])

/** What to do now about an urgent finding: to wait in the home, to leave it, or to tell before leaving. */
export function whatToDo({ severity, code }: Pick<Follow, 'severity' | 'code'>): 'urgent.do.U0' | 'urgent.do.leave' | 'urgent.do.U1' {
  if (severity !== 'U0') return 'urgent.do.U1'
  return NOT_TO_STAY_WITH.has(code) ? 'urgent.do.leave' : 'urgent.do.U0'
}

/** A mis-tap undone within this time tells nobody anything. */
const SECOND_THOUGHT_MS = 4_000

interface Urgents {
  notes: ComputedRef<readonly UrgentNote[]>
  /** Note who was reached (an empty name: nobody answered), and tell it. */
  reach(follow: Follow, reached: Reached): Promise<void>
  /** Tell at once what is still in its time for second thoughts. */
  flush(): Promise<void>
}

/**
 * Tell each urgent finding once it has stayed a moment, and again when somebody was reached; `report` keeps the notes.
 * `mayGoUntold`: what nobody hears holds no form back, which goes at once and tells it too.
 */
export function useUrgents(
  visit: OpenVisit, urgent: ComputedRef<Follow[]>, report: (report: Report, notes: UrgentNote[]) => Promise<void>, mayGoUntold = false,
): Urgents {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let last: Promise<void> = Promise.resolve()
  let over = false
  const notes = computed(() => {
    void visit.noted.value
    return visit.record.urgents ?? []
  })

  /** One after the other, so that each knows what was told before. One that could not be kept is tried again. */
  function put(follow: Follow, changes: Partial<UrgentNote>): Promise<void> {
    clearTimeout(timers.get(follow.reference))
    timers.delete(follow.reference)
    const done = last.then(() => tell(follow, changes))
    last = done.catch(() => wait(follow))
    return done
  }

  async function tell(follow: Follow, changes: Partial<UrgentNote>): Promise<void> {
    const before = known(visit.record.urgents, follow) ?? await firstNote(visit, follow)
    const now = { ...before, ...changes }
    const others = (visit.record.urgents ?? []).filter(({ id }) => id !== now.id)
    await report(alertOf(visit, now), [...others, now])
  }

  function wait(follow: Follow): void {
    if (over) return
    timers.set(follow.reference, setTimeout(() => void put(follow, {}).catch(() => undefined), SECOND_THOUGHT_MS))
  }

  const told = (follow: Follow) => known(notes.value, follow) !== undefined

  function untold(error: unknown): void {
    if (!mayGoUntold) throw error
  }

  watch(urgent, (follows) => {
    for (const [reference, timer] of timers) {
      if (follows.some((follow) => follow.reference === reference)) continue
      clearTimeout(timer)
      timers.delete(reference)
    }
    for (const follow of follows) {
      if (told(follow) || timers.has(follow.reference)) continue
      wait(follow)
    }
  }, { immediate: true })
  onScopeDispose(() => {
    over = true
    for (const timer of timers.values()) clearTimeout(timer)
  })

  return {
    notes,
    reach: (follow, { name, at }) => put(follow, { reachedName: name, reachedAt: at }),
    async flush() {
      for (const follow of urgent.value) if (!told(follow)) await put(follow, {}).catch(untold)
      await last
    },
  }
}

async function firstNote({ record }: OpenVisit, follow: Follow): Promise<UrgentNote> {
  const { reference, severity, labels } = follow
  const id = await alertId(record.instanceId, reference)
  return { id, reference, severity, label: labels, raisedAt: Date.now(), reachedName: '', reachedAt: null }
}
