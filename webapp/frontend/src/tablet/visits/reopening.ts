// A finished form becomes a draft again: as it was while nobody tried to send it, otherwise as its next version.
import * as db from '../memory/db'
import { loadDrafts } from './draft'
import { photosOf } from '../sending/receipts'
import { AUDIT_FILE, XML_FILE, fileKey, type DraftRecord, type OutboxItem, type SentRecord } from '../shapes/records'
import { alone, loadOutbox } from '../sending/sending'
import { againOf, renumbered } from '../sending/versions'
import { forgottenChange, loadVisitRecords } from './visitrecords'

/** Take a finished form back out of the queue; false when it was sent meanwhile. */
export async function reopen({ instanceId }: OutboxItem): Promise<boolean> {
  let isHere = false
  await alone(async () => {
    const item = (await db.read('outbox', instanceId)) as OutboxItem | undefined
    isHere = item !== undefined
    if (item) await db.write([...(await asDraft(item)), { store: 'outbox', remove: instanceId }, ...forgottenChange(item.visitId, instanceId)])
  })
  await loadAll()
  return isHere
}

/** Begin the next version of a form that the server has; its photos stay there and keep their names. */
export async function reopenSent({ instanceId, visitId, personName, again }: SentRecord): Promise<void> {
  if (!again) return
  const draft = { ...nextVersion(instanceId, { ...again, visitId, personName }), fileNames: [], elsewhere: again.fileNames }
  await db.write([{ store: 'drafts', key: draft.instanceId, value: draft }, ...forgottenChange(visitId, instanceId)])
  await loadAll()
}

async function loadAll(): Promise<void> {
  await Promise.all([loadDrafts(), loadOutbox()])
  await loadVisitRecords()
}

async function asDraft(item: OutboxItem): Promise<db.Change[]> {
  const files = await db.readPrefix('files', `${item.instanceId}/`)
  const xml = files.find(({ name }) => name === XML_FILE)
  const own = new Set(photosOf(item).map(({ name }) => name))
  const photos = files.filter(({ name }) => own.has(name))
  const again = againOf(item, new TextDecoder().decode(xml?.bytes))
  const about = { ...again, visitId: item.visitId, personName: item.personName, elsewhere: item.elsewhere }
  // A part of it may be on the server already: there its number stands for what was sent.
  const draft = item.tried ? nextVersion(item.instanceId, about) : { ...about, instanceId: item.instanceId, savedAt: Date.now() }
  const moved = item.tried
    ? photos.map((value): db.Change => ({ store: 'files', key: fileKey(draft.instanceId, value.name), value }))
    : []
  const left: db.Change[] = item.tried
    ? [{ store: 'files', removePrefix: `${item.instanceId}/` }]
    : [XML_FILE, AUDIT_FILE].map((name) => ({ store: 'files', remove: fileKey(item.instanceId, name) }))
  return [...left, ...moved, { store: 'drafts', key: draft.instanceId, value: { ...draft, fileNames: photos.map(({ name }) => name) } }]
}

function nextVersion(former: string, about: Omit<DraftRecord, 'instanceId' | 'savedAt' | 'replaces'>): DraftRecord {
  const instanceId = crypto.randomUUID()
  return { ...about, instanceId, savedAt: Date.now(), xml: renumbered(about.xml, instanceId), replaces: former }
}
