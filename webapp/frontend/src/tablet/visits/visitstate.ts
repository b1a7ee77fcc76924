// What the screens say of a visit: its forms, and the one word that is true of it now.
import { drafts } from './draft'
import { t, tCode } from '../ground/i18n'
import { outbox, reports, sendingId, sent, sentReports } from '../sending/sending'
import { formRows, isFilled, type FormRow } from './visitforms'
import { knownVisit, recordOf } from './visitrecords'
import type { Visit } from '../shapes/wire'

/** The forms of a visit and where each stands; those of its drafts when the visit itself is not known. */
export function rowsOf(visitId: string): FormRow[] {
  const held = { drafts: drafts.value, outbox: outbox.value, sent: sent.value, record: recordOf(visitId) }
  return formRows(knownVisit(visitId) ?? ({ id: visitId, forms: [] } as unknown as Visit), held)
}

interface Badge {
  text: string
  tone: '' | 'good' | 'warn' | 'bad'
}

/** What is true of a visit, from where it truly is: the tablet first, then the server's word. */
export function badgeOf(visit: Visit): Badge {
  const rows = rowsOf(visit.id)
  return failureBadge(visit.id) ?? draftBadge(rows, visit.id) ?? queueBadge(rows)
    ?? receivedBadge(visit, rows) ?? { text: tCode('state', visit.state), tone: visit.state === 'planned' ? '' : 'good' }
}

/** Whether somebody told that it did not take place, from this tablet. */
export function failureBadge(visitId: string): Badge | null {
  const failure = recordOf(visitId)?.failure
  if (!failure) return null
  const outcome = tCode('failure', failure.outcome)
  const waits = reports.value.find(({ id }) => id === failure.id)
  if (waits) return { text: t('hub.failedHere', { outcome }), tone: waits.state === 'attention' ? 'bad' : 'warn' }
  const isSent = sentReports.value.some(({ id }) => id === failure.id)
  return { text: t(isSent ? 'hub.failedSent' : 'hub.failedTold', { outcome }), tone: 'good' }
}

function draftBadge(rows: FormRow[], visitId: string): Badge | null {
  const begun = rows.some(({ state }) => state === 'draft') || (recordOf(visitId)?.startedAt && !isFilled(rows))
  return begun ? { text: t('state.draft'), tone: 'warn' } : null
}

function queueBadge(rows: FormRow[]): Badge | null {
  const queued = rows.map(({ queued }) => queued).filter((item) => item !== undefined)
  const item = queued.find(({ state }) => state === 'attention') ?? queued[0]
  if (!item) return null
  const state = sendingId.value === item.instanceId ? 'sending' : item.state
  return { text: t(`outbox.state.${state}`), tone: state === 'attention' ? 'bad' : 'warn' }
}

function receivedBadge(visit: Visit, rows: FormRow[]): Badge | null {
  if (!isFilled(rows) || !rows.some(({ state }) => state === 'received')) return null
  const receipt = sent.value.find(({ visitId }) => visitId === visit.id)?.receipt
  return { text: t(`outbox.state.${receipt?.state ?? 'received'}`), tone: receipt && receipt.state !== 'checked' ? 'warn' : 'good' }
}

/** The badge of one form of a visit. */
export function formBadge({ state, draft, queued }: FormRow): Badge {
  switch (state) {
    case 'new': return { text: t('hub.form.new'), tone: '' }
    case 'draft': return {
      text: draft?.pages ? t('hub.form.draftAt', { page: Math.min(draft.page + 1, draft.pages), pages: draft.pages }) : t('hub.form.draft'),
      tone: 'warn',
    }
    case 'waiting': return { text: t(queued && sendingId.value === queued.instanceId ? 'hub.form.sending' : 'hub.form.waiting'), tone: 'warn' }
    case 'attention': return { text: t('hub.form.attention'), tone: 'bad' }
    case 'received': return { text: t('hub.form.received'), tone: 'good' }
  }
}
