// What is on its way, or begun, as the screens name it: the form or the report, and whose it is.
import { formTitle } from './day'
import { language, t } from '../ground/i18n'
import { aboutOf, isReport } from '../sending/outbox'
import type { DraftRecord, QueueItem } from '../shapes/records'
import { inLanguage } from '../shapes/wire'

type Work = QueueItem | DraftRecord

export function personOf({ personName }: Pick<Work, 'personName'>): string {
  return personName || t('takenBack.name')
}

/** "Visite à domicile", or "Alerte urgente : odeur de gaz". */
export function workTitle(work: Work): string {
  const told = work as QueueItem
  if (told.kind === 'intervention') return t('order.noted')
  if (!isReport(told)) return formTitle((work as DraftRecord).formId, (work as DraftRecord).version)
  const about = aboutOf(told)
  const title = t(`outbox.report.${told.kind}`)
  return about ? `${title}${t('text.colon')} ${inLanguage(about, language.value).replaceAll('**', '')}` : title
}

/** "Visite à domicile (Mme Leclerc)". */
export function workInWords(work: Work): string {
  return `${workTitle(work)} (${personOf(work)})`
}
