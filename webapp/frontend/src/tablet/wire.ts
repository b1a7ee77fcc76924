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

export interface Visit {
  id: string
  planned_start_at: string
  planned_end_at: string | null
  state: string
  person: { name: string; born_on: string | null; phone: string | null }
  dwelling: {
    reference: string
    address: string
    postcode: string
    city: string
    floor: string | number | null
    door: string | null
    access_code: string | null
    lift: boolean | null
  }
  form: { form_id: string; version: string }
}

export interface DayAnswer {
  server_now: string
  user: User
  visits: Visit[]
  forms: { form_id: string; version: string; title: Translated | string; sha256: string }[]
}

export interface Translated {
  fr: string
  en: string
}

export interface Consequence {
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
}

export interface Receipt {
  instance_id: string
  received_at: string
  state: 'checked' | 'to_review'
  files: { name: string; sha256: string; size: number }[]
  violations: { path: string; kind: string; message: string }[]
  consequences: { kind: string; code: string; severity: string | null; due_at: string | null; label: Translated }[]
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
  if (typeof text === 'string') return text
  return text[language] || text.fr || text.en
}
