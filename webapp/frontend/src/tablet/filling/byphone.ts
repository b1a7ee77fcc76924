// A form filled in during a call, in the office: opened, kept against loss in this browser, sent at once and whole.
import { ref, type Ref } from 'vue'
import { sourcesOf } from '../engine/answers'
import { ask } from '../ground/ask'
import { t } from '../ground/i18n'
import { createInstance, finishedXml, instanceIdOf, markConfidential, markConsequences, restoreInstance, xmlOf, type NamedFile } from '../engine/engine'
import { previewMedia } from '../holder/media'
import type { CallPlace } from '../line/api'
import { forgetCall, keepCall, readCall, type KeptCall } from '../memory/calls'
import { deliverOrHandIn, tellCall, wordsOf, xmlFile } from '../sending/calls'
import type { DraftRecord, FileRecord } from '../shapes/records'
import type { CallAnswer, CallSent, FormAnswer } from '../shapes/wire'
import { marksIn } from '../visits/confidential'
import { auditFile, closedAt, opened } from './audit'
import { autosave, type DraftStore, type Taken } from './autosave'
import type { Keeping } from './keeping'
import { filesHere, type OpenVisit } from './openvisit'

/** Open the form of a call: what this browser kept of it, or a new one. */
export async function openCall(told: CallAnswer, form: FormAnswer): Promise<OpenVisit> {
  const kept = await readCall(told.key, told.visit_id).catch(() => null)
  const same = kept?.record.formId === form.form_id && kept.record.version === form.version
  const { record, root } = kept && same ? await resumed(kept, told, form) : await begun(told, form)
  markConfidential(root, new Set([...marksIn(form.xform), ...told.confidential]))
  markConsequences(root, form.consequences.flatMap(({ path }) => path ?? []))
  const sources = sourcesOf(form, { earlier: told.earlier, visit: {}, home: new Map() })
  const media = previewMedia(form, `${encodeURIComponent(form.form_id)}/${encodeURIComponent(form.version)}`)
  return { record, version: null, form, root, noted: ref(0), sources, told: new Map(), media, spent: new Set() }
}

const holderOf = ({ user }: CallAnswer) => ({ deviceId: 'office', user })

async function begun(told: CallAnswer, form: FormAnswer) {
  const root = await createInstance(form.xform, holderOf(told))
  const xml = xmlOf(root)
  const now = Date.now()
  const record: DraftRecord = {
    instanceId: instanceIdOf(xml), visitId: told.visit_id, formId: form.form_id, version: form.version,
    personName: told.person_name, startedAt: now, savedAt: now, page: 0, xml, fileNames: [], audit: opened([], now),
  }
  return { record, root }
}

async function resumed({ record, files }: KeptCall, told: CallAnswer, form: FormAnswer) {
  const named = files.map(({ name, type, bytes }): NamedFile => ({ name, file: new File([bytes], name, { type }) }))
  const root = await restoreInstance(form.xform, { xml: record.xml, files: named }, holderOf(told))
  const audit = opened(closedAt(record.audit ?? [], record.savedAt), Date.now())
  return { record: { ...record, audit }, root }
}

/** Keep drafts in this browser, sealed for this caller. */
function storeOf({ key, visit_id: visitId }: CallAnswer): DraftStore {
  const write = async (visit: OpenVisit, changes: Partial<DraftRecord>) => {
    const record = { ...visit.record, ...changes }
    await keepCall(key, visitId, { record, files: await filesOfCall(visit) })
  }
  return {
    async save(visit, { xml, files, page }: Taken) {
      const saved = { xml, page, fileNames: files.map(({ name }) => name), savedAt: Date.now() }
      await write(visit, saved)
      visit.record = { ...visit.record, ...saved }
    },
    saveWith: (visit, _change, noted) => write(visit, noted),
  }
}

async function filesOfCall(visit: OpenVisit): Promise<FileRecord[]> {
  const files = filesHere(visit).map(async ({ name, file }) => ({ name, type: file.type, bytes: await file.arrayBuffer() }))
  return Promise.all(files)
}

/** What becomes of a form on the phone: kept here until the office has it; `sent` hears where to go on. */
export function byPhone(place: CallPlace, told: CallAnswer, ways: { sent(answer: Pick<CallSent, 'missing' | 'next'>): void; left(): void }): Keeping {
  const parcel = parcels()
  return {
    place: 'office',
    refused: () => told.refused,
    autosave: (visit: OpenVisit, page: Ref<number>) => autosave(visit, page, storeOf(told)),
    async finish(visit) {
      try {
        const sent = { files: await parcel(visit), instanceId: visit.record.instanceId, csrf: told.csrf }
        const answer = await deliverOrHandIn(place, sent, (why) => ask(t('call.handInAsk', { why }), { yes: t('outbox.handIn'), no: t('ask.no') }))
        await forgetCall(told.visit_id).catch(() => undefined)
        ways.sent(answer)
      } catch (error) {
        throw new Error(wordsOf(error), { cause: error })
      }
    },
    // Thrown back where nobody answers: what is urgent is told again by itself until it is heard.
    async report(report, write) {
      await tellCall(place, report)
      await write({ store: 'outbox', remove: report.id })
    },
    keepTaken: () => Promise.resolve(() => undefined),
    leave: ways.left,
  }
}

/** Make what is sent of a form: while no answer changes, the very same bytes, however often they are sent. */
function parcels(): (visit: OpenVisit) => Promise<FileRecord[]> {
  let last: { xml: string; files: FileRecord[] } | null = null
  return async (visit) => {
    if (last?.xml === xmlOf(visit.root)) return last.files
    const written = await finishedXml(visit.root)
    const files = [xmlFile(written), ...(await filesOfCall(visit)), auditFile(visit.record.audit ?? [], Date.now())]
    last = { xml: xmlOf(visit.root), files }
    return files
  }
}
