// The forms of a visit and where each stands, from where it truly is: the tablet first, then the server's word.
import type { DraftRecord, OutboxItem, SentRecord, VisitRecord } from '../shapes/records'
import type { Visit } from '../shapes/wire'

type FormState = 'new' | 'draft' | 'waiting' | 'attention' | 'received'

export interface FormRow {
  formId: string
  version: string
  required: boolean
  state: FormState
  draft?: DraftRecord
  queued?: OutboxItem
  /** What the server has and may still be corrected. */
  sent?: SentRecord
}

/** What the tablet holds. */
export interface Held {
  drafts: readonly DraftRecord[]
  outbox: readonly OutboxItem[]
  sent: readonly SentRecord[]
  record: VisitRecord | undefined
}

/** The forms of a visit: the required first, then the others, then drafts of forms no longer asked for. */
export function formRows(visit: Visit, held: Held): FormRow[] {
  const own = held.drafts.filter(({ visitId }) => visitId === visit.id)
  const asked = [...visit.forms].sort((a, b) => Number(b.required) - Number(a.required))
  const rows = asked.map((form): FormRow => {
    const draft = own.find(({ formId }) => formId === form.form_id)
    const queued = held.outbox.find((item) => item.visitId === visit.id && item.formId === form.form_id)
    const state = draft ? 'draft' : queued ? queued.state : form.received || isReceived(form.form_id, visit, held) ? 'received' : 'new'
    const sent = held.sent.findLast((record) => record.visitId === visit.id && record.again?.formId === form.form_id)
    return { formId: form.form_id, version: draft?.version ?? form.version, required: form.required, state, draft, queued, sent }
  })
  const others = own.filter(({ formId }) => !visit.forms.some(({ form_id }) => form_id === formId))
  return [...rows, ...others.map((draft): FormRow => (
    { formId: draft.formId, version: draft.version, required: false, state: 'draft', draft }
  ))]
}

function isReceived(formId: string, visit: Visit, { sent, record }: Held): boolean {
  if (record?.finished.some((form) => form.formId === formId)) return true
  // A receipt of an older version of the app does not tell the form: then there was only one.
  return !record && visit.forms.length === 1 && sent.some(({ visitId }) => visitId === visit.id)
}

/** The form to go on with: one that was begun, then the first that is required; null when none is left. */
export function nextForm(rows: readonly FormRow[]): FormRow | null {
  const open = rows.filter(({ state }) => state === 'draft' || state === 'new')
  return open.find(({ state, required }) => state === 'draft' && required)
    ?? open.find(({ required }) => required)
    ?? open.find(({ state }) => state === 'draft')
    ?? null
}

/** Whether all that is required is filled in. */
export function isFilled(rows: readonly FormRow[]): boolean {
  return rows.every(({ state, required }) => !required || (state !== 'new' && state !== 'draft'))
}
