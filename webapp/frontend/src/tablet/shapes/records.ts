// Everything the tablet keeps, as it is kept: one place, so that memory, line and screens speak of the same.
import type { DayAnswer, Order, Receipt, Translated, User, Visit } from './wire'

export interface LockRecord {
  salt: ArrayBuffer
  iterations: number
  /** The data key under the PIN; gone after too many wrong ones. */
  underPin: ArrayBuffer | null
  /** The data key under the server's recovery key; missing until a tablet of version 1 has signed in again. */
  underRecovery: ArrayBuffer | null
  deviceId: string
  /** The SHA-256 of the token: with it a locked tablet learns whether it was declared lost, and nothing else. */
  contact: string
  tries: number
  /** No PIN before this moment: only where no recovery key could help. */
  barredUntil: number
  language: string
  /** Records that version 1 kept in clear are still to be sealed. */
  plain: boolean
}

export interface SessionRecord {
  deviceId: string
  deviceName: string
  token: string
  user: User
}

export interface MediaRecord {
  type: string
  bytes: ArrayBuffer
}

export interface DayRecord {
  answer: DayAnswer
  fetchedAt: number
  /** The tablet's clock minus the server's, in milliseconds. */
  skewMs: number
}

export interface FinishedForm {
  formId: string
  version: string
  instanceId: string
  finishedAt: number
  /** By name, to be offered to the other forms of this visit. */
  answers: Record<string, string>
  /** What its answers call for, as `kind/code`. */
  called?: string[]
}

/** What a visitor tells of a visit that could not take place, in the codes of the office. */
export interface FailureAnswers {
  outcome: string
  reason: string
  left: readonly string[]
  note: string
}

export interface VisitRecord {
  visit: Visit
  /** When "start" was tapped, by the tablet's clock. */
  startedAt: number | null
  finished: FinishedForm[]
  failure: { id: string; outcome: string; at: number } | null
  /** What is being written of a shut door and was not told yet. */
  failing?: FailureAnswers | undefined
  /** Parts refused, as told on this tablet; missing from what an older version of the app keeps. */
  refused?: string[]
  touchedAt: number
  /** The visit it is made beside, and the task it answers: the server learns of it when it begins. */
  beside?: { visitId: string; taskId: string }
  /** The server took it back: what is left is what sending needs. */
  takenBack?: boolean
}

/** An urgent finding that was told. */
export interface UrgentNote {
  /** Made of the instance and the place in it: the same finding told twice is one alert. */
  id: string
  /** The place in the form, with the numbers of its rooms. */
  reference: string
  severity: string
  label: Translated
  raisedAt: number
  /** Who was reached, and when; nobody when the name is empty and there is a time. */
  reachedName: string
  reachedAt: number | null
}

export const AUDIT_FILE = 'audit.csv'

/** A row of the log; moments in milliseconds since 1970 by the tablet's clock, `end` null for what has no length. */
export interface AuditRow {
  event: 'form start' | 'form resume' | 'form exit' | 'form finalized' | 'question' | 'group questions'
  node: string
  start: number
  end: number | null
}

/** Where a person is in the form. */
export interface Place {
  event: 'question' | 'group questions'
  node: string
}

/** Where a picture goes once it is prepared: a question, or a strip of photos. */
export interface Awaits {
  reference: string
  maxPixels: number | null
}

/** The database of the office's browser that keeps what is filled in during calls. */
export const CALLS = 'palier-calls'

/** The name under which a submission's XML travels and is kept. */
export const XML_FILE = 'xml_submission_file'

/** A form of a visit, begun and not finished. It stays on the form version it began with. */
export interface DraftRecord {
  instanceId: string
  visitId: string
  formId: string
  version: string
  personName: string
  startedAt: number
  savedAt: number
  page: number
  /** How many pages the form had when it was last saved; absent in drafts of older versions, as what follows. */
  pages?: number
  urgents?: UrgentNote[]
  audit?: AuditRow[]
  /** Questions that were filled in once from what another visit found of the home. */
  prefilled?: string[]
  xml: string
  fileNames: string[]
  /** The number of the version that this one corrects. */
  replaces?: string
  /** Files that the version it corrects has brought to the server: they are not sent again. */
  elsewhere?: string[]
}

/** When a photo of works was taken: its file's name begins with it. */
export type Moment = 'before' | 'after'

/** What is noted at a work order and was not finished yet, under the order's id. */
/** So many of a part that an order took: out of the technician's own bag, or the central stock. */
export interface UsedPart {
  article: string
  /** As the technician read it. */
  name: string
  bag: boolean
  quantity: string
}

export interface InterventionRecord {
  /** Under which it is sent: the same one sent twice is kept once. */
  id: string
  /** As it was known; what it told of people and their home goes once it is no longer in the day. */
  order: Order
  startedAt: number
  outcome: '' | 'done' | 'on_hold' | 'acknowledged'
  note: string
  parts: string
  /** Missing from what an earlier version of the app noted. */
  used?: UsedPart[]
  minutes: string
  holdWhy: string
  holdUntil: string
}

/** A photo or signature (or a finished XML), under the key `instanceId/name`. */
export interface FileRecord {
  name: string
  type: string
  bytes: ArrayBuffer
  /** A picture as it was taken, and where it goes once it is prepared. */
  awaits?: Awaits
}

/** What cannot wait, and goes before all others. */
export function isUrgent({ severity }: { severity: string }): boolean {
  return severity === 'U0' || severity === 'U1'
}

export function fileKey(instanceId: string, name: string): string {
  return `${instanceId}/${name}`
}

/** Why an item is where it is: the HTTP status and the server's own sentence when there was one. */
export interface Why {
  code: 'network' | 'server' | 'sign_in' | 'unreadable' | 'conflict' | 'refused' | 'incomplete' | 'broken' | 'hand_refused'
  status?: number
  said?: string
  /** The server's own code of its refusal. */
  refusal?: string
}

/** What must be on the server before anything is deleted. The XML is the first of them. */
export interface SentFile {
  name: string
  type: string
  size: number
  sha256: string
}

/** What everything in the queue has in common. */
export interface Queued {
  visitId: string
  personName: string
  /** When it was finished or reported, by the tablet's clock. */
  finishedAt: number
  /** A finding of severity U0 or U1: goes before the others of its kind. */
  urgent: boolean
  /** `waiting` is tried again by itself; `attention` waits for a person. */
  state: 'waiting' | 'attention'
  why: Why | null
  attempts: number
  nextTryAt: number
  /** Handed in to the coordinator as it is, and why: what the ordinary way refused goes this one. */
  handedIn?: string
}

/** A finished form with its files. */
export interface OutboxItem extends Queued {
  /** Missing on those an earlier version of the app put here; `visitId` is the order's of an intervention. */
  kind?: 'submission' | 'intervention'
  instanceId: string
  formId: string
  version: string
  files: SentFile[]
  /** Files that an earlier version has brought to the server. */
  elsewhere?: string[]
  /** Whether sending was ever begun: then a part of it may be on the server. */
  tried?: boolean
  /** What the draft held beside its answers, to go on with it. */
  begun?: Pick<DraftRecord, 'startedAt' | 'page' | 'pages' | 'urgents' | 'audit' | 'prefilled' | 'replaces'>
  /** The files, the XML apart, that a receipt of the server listed with their hash. */
  confirmed?: string[]
}

/** What is told without a form: a door that stayed shut, an urgent alert, a visit begun beside another. */
export interface Report {
  /** Made by the tablet: the same one sent twice is kept once. */
  id: string
  kind: 'failure' | 'alert' | 'refusal' | 'beside'
  visitId: string
  personName: string
  urgent: boolean
  body: Record<string, unknown>
}

export interface ReportItem extends Queued, Report {
  /** Changes when the report is told anew: an answer to the former does not settle the later. */
  revision: string
}

export type QueueItem = OutboxItem | ReportItem

/** What it takes to go on with a form that was finished. */
export type Again = Pick<DraftRecord, 'formId' | 'version' | 'xml' | 'fileNames' | 'startedAt' | 'page' | 'pages' | 'urgents' | 'audit' | 'prefilled'>

/** What the tablet remembers of a sent visit, for a while. */
export interface SentRecord {
  /** To correct it, while its visit is still in the visitor's days. */
  again?: Again
  instanceId: string
  visitId: string
  /** Missing where it was a form. */
  kind?: 'intervention'
  /** Missing from what an older version of the app remembers. */
  formId?: string
  version?: string
  personName: string
  finishedAt: number
  receipt: Receipt
  receivedAt: number
}

/** What the tablet remembers of a report the server has. */
export interface SentReport {
  id: string
  kind: Report['kind'] | 'handed_in'
  visitId: string
  personName: string
  /** What an alert tells of, so that two of one visit are told apart. */
  about?: Translated
  finishedAt: number
  receivedAt: number
}
