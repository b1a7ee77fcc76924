// What is on its way, or begun, as the screens name it: the form or the report, and whose it is.
import { formTitle } from './day'
import { t } from '../ground/i18n'
import { isReport } from '../sending/outbox'
import type { DraftRecord, QueueItem } from '../shapes/records'

type Work = QueueItem | DraftRecord

export function personOf({ personName }: Pick<Work, 'personName'>): string {
  return personName || t('takenBack.name')
}

/** "Visite à domicile", or "Alerte urgente". */
export function workTitle(work: Work): string {
  const told = work as QueueItem
  if (told.kind === 'intervention') return t('order.noted')
  return isReport(told) ? t(`outbox.report.${told.kind}`) : formTitle((work as DraftRecord).formId, (work as DraftRecord).version)
}

/** "Visite à domicile (Mme Leclerc)". */
export function workInWords(work: Work): string {
  return `${workTitle(work)} (${personOf(work)})`
}
