// Answers that only some may read: covered on pages read together with the tenant, and offered to no other form.
import { day, readForm } from './day'
import type { FormAnswer } from '../shapes/wire'

const PALIER = 'urn:palier:form'

/** The names of the questions a form itself marks. */
export function marksIn(xform: string): string[] {
  if (!xform.includes(':readers=')) return []
  const binds = new DOMParser().parseFromString(xform, 'text/xml').getElementsByTagNameNS('*', 'bind')
  return [...binds].flatMap((bind) => (bind.getAttributeNS(PALIER, 'readers') ? bind.getAttribute('nodeset')?.split('/').pop() ?? [] : []))
}

/** The marks of a form's own version, and those of any other that the server told: an answer given before is no less so. */
export function confidentialOf({ form_id: formId, xform }: Pick<FormAnswer, 'form_id' | 'xform'>): ReadonlySet<string> {
  return new Set([...marksIn(xform), ...told(formId)])
}

function told(formId: string): readonly string[] {
  return day.value?.answer.forms.find(({ form_id }) => form_id === formId)?.confidential ?? []
}

interface Answered {
  formId: string
  version: string
  answers: Readonly<Record<string, string>>
}

/** The answers of a form that its visit's other forms may show. */
export async function openAnswers({ formId, version, answers }: Answered): Promise<Record<string, string>> {
  const form = await readForm(formId, version)
  const covered = form ? confidentialOf(form) : new Set(told(formId))
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !covered.has(name)))
}
