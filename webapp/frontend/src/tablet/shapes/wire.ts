// What travels between tablet and server: the contract of docs/architecture.md, as types.

export interface User {
  id: string
  name: string
  email: string
  role: string
  language: string
}

export interface DeviceAnswer {
  device_id: string
  token: string
  /** Base64 of 32 bytes: opens the tablet's memory when its PIN is lost. */
  recovery_key: string
  user: User
}

/** A form of a visit; `received` when a submission of it is already on the server. */
interface VisitForm {
  form_id: string
  version: string
  required: boolean
  received: boolean
}

export interface Alert {
  code: string
  kind: 'discretion' | 'safety' | 'help'
  label: Translated
}

/** An answer an earlier visit gave about the dwelling or the person. */
export interface EarlierAnswer {
  name: string
  value: string
  question: Translated
  shown: Translated
  about: 'dwelling' | 'person'
  answered_on: string
}

/** Something under way in a home, or opened by what was sent. */
export interface Opened {
  kind: string
  label: Translated
  state: string
  due_at: string | null
}

export interface Dwelling {
  reference: string
  address: string
  postcode: string
  city: string
  floor: string | number | null
  door: string | null
  access_code: string | null
  lift: boolean | null
  lat: number | null
  lon: number | null
}

/** Something else that is due in the home of a visit; `id` is that of the visit that would answer it. */
export interface Beside {
  id: string
  task_id: string
  person: Visit['person']
  programme: Translated
  kind: Translated
  due_on: string
  alerts: Alert[]
  refused: string[]
  forms: VisitForm[]
  /** As of a visit. */
  home?: string | null
}

export interface Visit {
  id: string
  planned_start_at: string
  planned_end_at: string | null
  state: string
  /** Missing in a day kept from before it was told. */
  programme?: Translated | null
  /** 1 for the first try at this door. */
  attempt: number
  person: { name: string; born_on: string | null; birth_year: number | null; phone: string | null }
  dwelling: Dwelling
  /** The same for visits that may be told what the others find of their home; missing from an older server. */
  home?: string | null
  alerts: Alert[]
  /** Parts that the person refuses: health, photos, works, sharing. */
  refused: string[]
  forms: VisitForm[]
  earlier: EarlierAnswer[]
  due: Opened[]
  beside: Beside[]
}

/** A work order of a technician's day: what to do, where and when, never why somebody needs it. */
export interface Order {
  id: string
  reference: string
  trade: Translated
  severity: string
  state: string
  label: Translated
  place: Translated | null
  access: string | null
  measures: Translated[]
  tenant: string
  phone: string | null
  planned_on: string | null
  planned_part: Translated | null
  told: boolean
  hold_until: string | null
  due_at: string | null
  photos_refused: boolean
  /** How many are lacking before it may be called done; missing from an older server. */
  photos_needed?: number
  dwelling: Dwelling
}

/** What the tablet sent and what became of it. */
interface SentSubmission {
  instance_id: string
  visit_id: string | null
  form_id: string
  person_name: string
  received_at: string
  state: 'incomplete' | 'checked' | 'to_review' | 'set_aside'
  opened: Opened[]
}

/** A part for works: so many in the technician's own bag, so many in the landlord's central stock. */
export interface Part {
  id: string
  name: string
  bag: number
  central: number
}

export interface DayAnswer {
  server_now: string
  user: User
  visits: Visit[]
  /** A technician's; missing from an older server. */
  orders?: Order[]
  /** Whether there are more orders than these. */
  more_orders?: boolean
  /** The parts of works that are kept in stock; missing from an older server. */
  parts?: Part[]
  /** `confidential`: the questions that any version marks; missing when an older server told the day. */
  forms: { form_id: string; version: string; title: Translated | string; sha256: string; confidential?: string[] }[]
  kit: { item: string; label: Translated; quantity: number }[]
  sent: SentSubmission[]
  /** Of the visits the tablet said it holds, those that are no longer its user's; missing from an older server. */
  taken_back?: string[]
  /** So long a visit's form may lie idle before the tablet locks; missing from an older server. */
  visit_idle_minutes?: number
  /** How long works without a delay of their own wait, by severity; missing from an older server. */
  order_delays?: Record<string, string>
}

export interface Translated {
  fr: string
  en: string
}

interface Consequence {
  name: string
  path?: string
  kind: string
  code: string
  severity: string | null
  due: string | null
  owner: string | null
  label: Translated
}

export interface FormAnswer {
  form_id: string
  version: string
  title: Translated | string
  sha256: string
  xform: string
  consequences: Consequence[]
  /** Questions whose earlier answer is offered again. */
  proposals?: { path: string; name: string; about: 'dwelling' | 'person' }[]
  /** The pictures, sounds and films it shows. */
  files?: FormFile[]
}

/** What the office tells of a form that is filled in during a call. */
export interface CallAnswer {
  visit_id: string
  person_name: string
  user: User
  /** Null once all has arrived, or when somebody else fills it in. */
  form: { form_id: string; version: string } | null
  confidential: string[]
  earlier: EarlierAnswer[]
  refused: string[]
  /** Base64 of 32 bytes: seals what this browser keeps of the answers. */
  key: string
  csrf: string
  /** Where to go on without sending. */
  back: string
}

/** What the office answers to a form that was sent: where to go on, or that another form is missing. */
export interface CallSent {
  receipt: Receipt
  missing: boolean
  next: string
}

export interface FormFile {
  name: string
  media_type: string
  sha256: string
  size: number
}

export interface Receipt {
  instance_id: string
  received_at: string
  state: 'incomplete' | 'checked' | 'to_review' | 'set_aside'
  files: { name: string; sha256: string; size: number }[]
  violations: { path: string; kind: string; message: string }[]
  /** `opened`: somebody follows it up; missing from an older server. */
  consequences: { kind: string; code: string; severity: string | null; due_at: string | null; label: Translated; opened?: boolean }[]
}

/** RFC 9457. */
export interface Problem {
  type?: string
  title?: string
  status?: number
  detail?: string
  errors?: unknown
  code?: string
  request_id?: string
}

/** The part of a sentence in one language, whichever way it was sent. */
export function inLanguage(text: Translated | string, language: 'fr' | 'en'): string {
  if (typeof text === 'string') {
    // A form's title is one text for all: "Éco-kit / Eco-kit".
    const [fr, en, more] = text.split(' / ')
    return fr && en && more === undefined ? { fr, en }[language] : text
  }
  return text[language] || text.fr || text.en
}
