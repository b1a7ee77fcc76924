// A form that was begun and cannot be opened any more: handed in as it stands, like what the server refused.
import * as db from '../memory/db'
import { drafts, loadDrafts } from './draft'
import { handedIn } from '../sending/outbox'
import { sha256 } from '../memory/seal'
import { XML_FILE, fileKey, type DraftRecord, type OutboxItem } from '../shapes/records'
import { loadOutbox, sendDue } from '../sending/sending'

export function draftOf(visitId: string, formId: string): DraftRecord | undefined {
  return drafts.value.find((draft) => draft.visitId === visitId && draft.formId === formId)
}

/** Move a draft to the queue as it stands, on the way of what is handed in. */
export async function handInDraft({ instanceId }: DraftRecord): Promise<void> {
  const kept = await db.readVersion('drafts', instanceId)
  if (!kept) return
  const { value: draft, version } = kept
  const bytes = new TextEncoder().encode(draft.xml).buffer
  const now = Date.now()
  const item: OutboxItem = {
    instanceId, visitId: draft.visitId, formId: draft.formId, version: draft.version, personName: draft.personName,
    finishedAt: now, urgent: false, files: [{ name: XML_FILE, type: 'text/xml', size: bytes.byteLength, sha256: await sha256(bytes) }],
    state: 'attention', why: { code: 'refused', refusal: 'form_not_on_tablet' }, attempts: 0, nextTryAt: now,
  }
  await db.writeOver({ store: 'drafts', key: instanceId, version }, [
    { store: 'files', key: fileKey(instanceId, XML_FILE), value: { name: XML_FILE, type: 'text/xml', bytes } },
    { store: 'outbox', key: instanceId, value: handedIn(item, now) },
    { store: 'drafts', remove: instanceId },
  ])
  await Promise.all([loadDrafts(), loadOutbox()])
  void sendDue({ force: true })
}
