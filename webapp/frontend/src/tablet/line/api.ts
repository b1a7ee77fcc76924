import type { FileRecord, OutboxItem, Report } from '../shapes/records'
import { ref } from 'vue'
import type { CallAnswer, CallSent, DayAnswer, DeviceAnswer, FormAnswer, Problem } from '../shapes/wire'

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.name = 'Refused'
  }
}

/** Nobody answered: no network, a dead server, a portal in between, or too long a wait. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

/** The server says that this tablet was declared lost: everything on it is to go. */
export const declaredLost = ref(false)

/** When our server last answered, whatever it said; a portal in between does not speak as it does. */
export const answeredAt = ref(0)

interface Call {
  method?: string
  token?: string | null
  /** The digest of the token, when the tablet is locked and cannot open it. */
  digest?: string
  json?: unknown
  body?: BodyInit
  timeoutMs?: number
  /** The moment by this tablet's clock: the server learns how wrong it is. */
  sentAt?: Date
  /** Ask as the account signed in to the office in this browser. */
  asOffice?: boolean
  /** The office's own token, for what changes something there. */
  csrf?: string
}

const DEFAULT_TIMEOUT_MS = 20_000

/** Call the server. Raises `Unreachable` or `Refused`; anything else is an answer. */
async function call(path: string, options: Call = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (options.token) headers.Authorization = `Bearer ${options.token}`
  if (options.digest) headers.Authorization = `Locked ${options.digest}`
  if (options.csrf) headers['X-CSRFToken'] = options.csrf
  if (options.sentAt) headers['Palier-Sent-At'] = options.sentAt.toISOString()
  if (options.json !== undefined) headers['Content-Type'] = 'application/json'
  let answer: Response
  try {
    answer = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.json === undefined ? options.body : JSON.stringify(options.json),
      // A device speaks with its token alone: no cookie of an office session goes along.
      credentials: options.asOffice ? 'same-origin' : 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    })
  } catch (error) {
    throw new Unreachable(String(error))
  }
  // The office leads whoever is signed out to its sign-in page.
  if (options.asOffice && answer.redirected) throw new Refused(401, { code: 'not_signed_in' })
  if (answer.ok) return answer
  const problem = await problemOf(answer)
  if (answer.status === 401 && problem.code === 'device_lost') declaredLost.value = true
  throw new Refused(answer.status, problem)
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const problem = (await answer.json()) as Problem
    answeredAt.value = Date.now()
    return problem
  } catch {
    return { status: answer.status }
  }
}

async function json<T>(answer: Response): Promise<T> {
  try {
    const said = (await answer.json()) as T
    answeredAt.value = Date.now()
    return said
  } catch {
    // A hotel's sign-in page answers 200 with HTML: that is not our server.
    throw new Unreachable('the answer is not JSON')
  }
}

/** Who signs in; `code` is that of her authenticator, where the account has one. */
export interface Credentials {
  email: string
  password: string
  code: string
}

export async function registerDevice(who: Credentials, name: string): Promise<DeviceAnswer> {
  return json(await call('/api/devices', { method: 'POST', json: { ...who, name } }))
}

/** Sign a known tablet in again: a fresh token, and the key that opens its memory. */
export async function recoverDevice(deviceId: string, who: Credentials): Promise<DeviceAnswer> {
  return json(await call(`/api/devices/${encodeURIComponent(deviceId)}/recover`, { method: 'POST', json: who }))
}

/** Ask, while locked, whether the tablet was declared lost; the answer is `declaredLost`. */
export async function askWhetherLost(digest: string): Promise<void> {
  await call('/api/devices/contact', { digest })
}

export async function sayErased(as: { token?: string; digest?: string }): Promise<void> {
  await call('/api/devices/wiped', { method: 'POST', ...as })
}

export async function revokeDevice(token: string): Promise<void> {
  await call('/api/devices/current', { method: 'DELETE', token })
}

/** What the server takes at most; the others are asked about another day. */
const MOST_HELD = 150

/** Fetch the day, and learn which of the visits the tablet holds were taken back. */
export async function fetchDay(token: string, held: readonly string[]): Promise<DayAnswer> {
  const asked = held.slice(0, MOST_HELD).join(',')
  return json(await call(asked ? `/api/tablet/day?held=${asked}` : '/api/tablet/day', { token }))
}

export async function fetchForm(token: string, formId: string, version: string): Promise<FormAnswer> {
  return json(await call(`/api/forms/${encodeURIComponent(formId)}/${encodeURIComponent(version)}`, { token }))
}

/** Fetch a form or a draft to try in the office. */
export async function fetchPreview(path: string): Promise<FormAnswer> {
  return json(await call(`/api/forms/${path}`, { asOffice: true }))
}

/** What there is to know of a call whose form is filled in in the office; `desk` is where it was begun. */
export interface CallPlace {
  visitId: string
  desk: boolean
}

function callPath({ visitId, desk }: CallPlace, what: string): string {
  return `/by-phone/${encodeURIComponent(visitId)}/${what}${desk ? '?desk=1' : ''}`
}

export async function fetchCall(place: CallPlace): Promise<CallAnswer> {
  return json(await call(callPath(place, 'form'), { asOffice: true }))
}

/** Send a form that was filled in during a call, whole: the office's line is no weak one. */
export async function sendCall(place: CallPlace, csrf: string, files: readonly FileRecord[]): Promise<CallSent> {
  const body = new FormData()
  for (const { name, type, bytes } of files) body.append(name, new File([bytes], name, { type }))
  return json(await call(callPath(place, 'submissions'), { method: 'POST', asOffice: true, csrf, body, timeoutMs: PART_TIMEOUT_MS }))
}

/** Hand in as it is what the office refused, with the code of the refusal. */
export async function handInCall(
  place: CallPlace, csrf: string, { files, id, reason }: { files: readonly FileRecord[]; id: string; reason: string },
): Promise<Pick<CallSent, 'missing' | 'next'>> {
  const body = new FormData()
  body.append('id', id)
  body.append('reason', reason)
  for (const { name, type, bytes } of files) body.append(name, new File([bytes], name, { type }))
  return json(await call(callPath(place, 'handed-in'), { method: 'POST', asOffice: true, csrf, body, timeoutMs: PART_TIMEOUT_MS }))
}

/** Tell an urgent finding of a call at once. */
export async function alertCall(place: CallPlace, csrf: string, { id, body }: Pick<Report, 'id' | 'body'>): Promise<void> {
  await call(callPath(place, 'alerts'), { method: 'POST', asOffice: true, csrf, json: { ...body, id, sent_at: new Date().toISOString() } })
}

/** Fetch a file beside a form: with the tablet's token, or as the office when there is none. */
export async function fetchFormFile(token: string | null, path: string, name: string): Promise<ArrayBuffer> {
  const answer = await call(`/api/forms/${path}/files/${encodeURIComponent(name)}`, {
    token, asOffice: !token, timeoutMs: PART_TIMEOUT_MS,
  })
  return answer.arrayBuffer().catch((error: unknown) => { throw new Unreachable(String(error)) })
}

/** A part of a visit: its form again with some of its files; `more` says that others follow. */
export interface Part {
  xml: FileRecord
  files: FileRecord[]
  more: boolean
}

const PART_TIMEOUT_MS = 180_000

/** Send a part of a finished visit. A photo on a weak network takes minutes: three are allowed. */
export async function sendPart(token: string, { visitId, kind }: Pick<OutboxItem, 'visitId' | 'kind'>, { xml, files, more }: Part): Promise<unknown> {
  const body = new FormData()
  // The XML first, as the OpenRosa specification asks.
  body.append(xml.name, new File([xml.bytes], `${xml.name}.xml`, { type: xml.type }))
  for (const { name, type, bytes } of files) body.append(name, new File([bytes], name, { type }))
  if (more) body.append('*isIncomplete*', 'yes')
  const id = encodeURIComponent(visitId)
  const path = kind === 'intervention' ? `/api/orders/${id}/interventions` : `/openrosa/submission?visit=${id}`
  const answer = await call(path, { method: 'POST', token, body, timeoutMs: PART_TIMEOUT_MS, sentAt: new Date() })
  return answer.json().catch(() => null)
}

const REPORTS = { failure: 'failure', alert: 'alerts', refusal: 'refusals', beside: 'beside' } as const

/** Tell what needs no form: a door that stayed shut, an urgent alert, a part refused. */
export async function sendReport(token: string, { id, kind, visitId, body }: Report): Promise<unknown> {
  // A visit begun beside another is told of at that one: its own is not known yet.
  const told = typeof body.beside === 'string' ? body.beside : visitId
  const path = `/api/visits/${encodeURIComponent(told)}/${REPORTS[kind]}`
  const answer = await call(path, { method: 'POST', token, json: { ...body, id, sent_at: new Date().toISOString() } })
  return answer.json().catch(() => null)
}

/** What is handed in as it is: a part of it at a time, all under one id. */
export interface HandedPart {
  id: string
  kind: 'submission' | 'intervention' | Report['kind']
  reason: string
  visitId: string
  report?: string
  files: FileRecord[]
}

/** Hand in what the ordinary way refused, for a coordinator to read. */
export async function sendHandedIn(token: string, { id, kind, reason, visitId, report, files }: HandedPart): Promise<unknown> {
  const body = new FormData()
  const said = { id, kind, reason: reason.slice(0, 64), visit_id: visitId, sent_at: new Date().toISOString(), report }
  for (const [name, value] of Object.entries(said)) if (value !== undefined) body.append(name, value)
  for (const { name, type, bytes } of files) body.append(name, new File([bytes], name, { type }))
  const answer = await call('/api/handed-in', { method: 'POST', token, body, timeoutMs: PART_TIMEOUT_MS })
  return answer.json().catch(() => null)
}
