import { computed, ref, shallowRef } from 'vue'
import { answeredAt, fetchDay, fetchForm, Refused, Unreachable } from '../line/api'
import * as db from '../memory/db'
import { language, t } from '../ground/i18n'
import { whenLocked } from '../ground/locking'
import { fetchMissingMedia } from '../holder/media'
import type { DayRecord } from '../shapes/records'
import { followOrders } from './interventions'
import { follow, heldVisits, keepUnsent } from './reducing'
import { askSignIn, session } from '../holder/session'
import { inLanguage, type DayAnswer, type FormAnswer, type Visit } from '../shapes/wire'

export const day = shallowRef<DayRecord | null>(null)
export const refreshing = ref(false)
interface Failed {
  why: string
  at: number
  /** Nobody answered: true until the server answers anything at all. */
  offline: boolean
}
const failed = shallowRef<Failed | null>(null)
/** The last refresh reached nobody: the day is as it was. */
export const isBehind = computed(() => failed.value?.offline ?? false)
/** The server has answered something since a refresh reached nobody. */
export const isBack = computed(() => isBehind.value && answeredAt.value > (failed.value?.at ?? 0))
/** A sentence for the user about the last refresh, or nothing. */
export const dayProblem = computed(() => (isBack.value ? '' : failed.value?.why ?? ''))
/** Keys of the forms the tablet holds. */
export const formKeys = shallowRef<ReadonlySet<string>>(new Set())

whenLocked(() => {
  day.value = null
  failed.value = null
  formKeys.value = new Set()
})

export const orders = computed(() => day.value?.answer.orders ?? [])
/** The parts of works that are kept in stock, as of the last refresh. */
export const parts = computed(() => day.value?.answer.parts ?? [])
export const visits = computed(() => day.value?.answer.visits ?? [])

/** Now by the server's clock: a tablet whose clock is wrong shows the right day as today. */
export function serverNow(): number {
  return Date.now() - (day.value?.skewMs ?? 0)
}

export function formKey(formId: string, version: string): string {
  return `${formId}/${version}`
}

export function visitById(id: string): Visit | undefined {
  return visits.value.find((visit) => visit.id === id)
}

/** The title of a form, as the day tells it; its name in the code when it does not. */
export function formTitle(formId: string, version: string): string {
  const known = day.value?.answer.forms.filter((form) => form.form_id === formId) ?? []
  const form = known.find((one) => one.version === version) ?? known[0]
  return form ? inLanguage(form.title, language.value) : formId.replace(/_/g, ' ')
}

export async function loadDay(): Promise<void> {
  const kept = await db.read('day', 'current')
  day.value = kept ? { ...kept, answer: completed(kept.answer) } : null
  formKeys.value = new Set(await db.keysWithPrefix('forms', ''))
}

export function readForm(formId: string, version: string): Promise<FormAnswer | undefined> {
  return db.read('forms', formKey(formId, version))
}

let wantedAgain = false

/** Fetch the day and the forms it needs. A failure leaves what the tablet has, and says so. */
export async function refreshDay(): Promise<void> {
  const token = session.value?.token
  if (!token) return
  // Asked for while one is under way that may wait for nobody: it begins anew when that one fails.
  wantedAgain = refreshing.value
  if (refreshing.value) return
  refreshing.value = true
  try {
    const answer = completed(await fetchDay(token, await heldVisits()))
    const fetchedAt = Date.now()
    const record: DayRecord = { answer, fetchedAt, skewMs: fetchedAt - Date.parse(answer.server_now) }
    await db.write([{ store: 'day', key: 'current', value: record }])
    day.value = record
    await follow(answer)
    await followOrders(answer.orders ?? [])
    await fetchMissingForms(token, answer)
    await fetchMissingMedia(token)
    failed.value = null
  } catch (error) {
    if (isClosed(error)) await keepOnlyUnsent()
    failed.value = { why: explain(error), at: Date.now(), offline: error instanceof Unreachable }
  } finally {
    refreshing.value = false
  }
  if (failed.value && wantedAgain) await refreshDay()
}

async function fetchMissingForms(token: string, answer: DayAnswer): Promise<void> {
  const wanted = new Map<string, { form_id: string; version: string }>()
  const asked = answer.visits.flatMap((visit) => visit.forms)
  // What must be filled in comes first, should the network leave meanwhile.
  for (const form of [...asked.filter(({ required }) => required), ...asked, ...answer.forms]) {
    wanted.set(formKey(form.form_id, form.version), form)
  }
  for (const [key, form] of wanted) {
    // A published version never changes: what we hold is right for ever.
    if (formKeys.value.has(key)) continue
    const value = await fetchForm(token, form.form_id, form.version)
    await db.write([{ store: 'forms', key, value }])
    formKeys.value = new Set([...formKeys.value, key])
  }
}

/** What the server takes back leaves the tablet; what was sent is told in the office. */
async function keepOnlyUnsent(): Promise<void> {
  const unsent = await keepUnsent()
  if (!day.value) return
  const { answer } = day.value
  const record = { ...day.value, answer: { ...answer, visits: answer.visits.filter(({ id }) => unsent.has(id)), orders: [], sent: [] } }
  await followOrders([])
  await db.write([{ store: 'day', key: 'current', value: record }])
  day.value = record
}

type FormerVisit = Visit & { form?: { form_id: string; version: string } }

/** A day kept by an older version of the app, or told by an older server, with what it could not know left empty. */
export function completed(answer: DayAnswer): DayAnswer {
  return { ...answer, visits: answer.visits.map(completedVisit), kit: answer.kit ?? [], sent: answer.sent ?? [] }
}

function completedVisit(visit: FormerVisit): Visit {
  const former = visit.form ? [{ ...visit.form, required: true, received: false }] : []
  return {
    ...visit,
    attempt: visit.attempt ?? 1, alerts: visit.alerts ?? [], refused: visit.refused ?? [], forms: visit.forms ?? former,
    earlier: visit.earlier ?? [], due: visit.due ?? [], beside: visit.beside ?? [],
    dwelling: { ...visit.dwelling, lat: visit.dwelling.lat ?? null, lon: visit.dwelling.lon ?? null },
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Refused && error.problem.code === 'account_closed'
}

function explain(error: unknown): string {
  if (error instanceof Unreachable) return t('day.offline')
  // Signing in would not help; what is still here goes on being sent.
  if (isClosed(error)) return t('day.accountClosed')
  if (error instanceof Refused && error.status === 401) {
    askSignIn()
    return t('outbox.why.sign_in')
  }
  return t('day.failed', { why: error instanceof Error ? error.message : String(error) })
}
