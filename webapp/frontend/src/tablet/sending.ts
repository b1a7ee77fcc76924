// The outbox at work: one sender at a time empties it, item by item, whatever happens to the others.
import { computed, ref, shallowRef } from 'vue'
import { Refused, sendSubmission, Unreachable } from './api'
import * as db from './db'
import { XML_FILE, type FileRecord } from './draft'
import { whenLocked } from './locking'
import { dueItems, isWhole, settle, type OutboxItem, type Outcome, type SentRecord } from './outbox'
import { askSignIn, mustSignIn, session } from './session'

export const outbox = shallowRef<OutboxItem[]>([])
export const sent = shallowRef<SentRecord[]>([])
whenLocked(() => {
  outbox.value = []
  sent.value = []
})
/** The item whose bytes are on their way. */
export const sendingId = ref<string | null>(null)

export const waiting = computed(() => outbox.value.filter((item) => item.state === 'waiting'))
export const needingAttention = computed(() => outbox.value.filter((item) => item.state === 'attention'))

const SENT_KEPT_MS = 48 * 3600_000
const TICK_MS = 30_000

export async function loadOutbox(): Promise<void> {
  outbox.value = await db.readAll('outbox')
  const limit = Date.now() - SENT_KEPT_MS
  const all = await db.readAll('receipts')
  const old = all.filter((record) => record.receivedAt < limit)
  await db.write(old.map(({ instanceId }) => ({ store: 'receipts', remove: instanceId })))
  sent.value = all.filter((record) => record.receivedAt >= limit)
}

/** Try the outbox at start, when the network seems to come back, and every half minute: never trusting `onLine`. */
export function keepSending(): void {
  addEventListener('online', () => void sendDue({ force: true }))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sendDue({ force: true })
  })
  setInterval(() => void sendDue(), TICK_MS)
  void sendDue({ force: true })
}

let forcedQueued = false

/** Send what is due; `force` does not wait for the back-off. One tab sends at a time. */
export async function sendDue({ force = false } = {}): Promise<void> {
  if (!session.value || mustSignIn.value || (force && forcedQueued)) return
  forcedQueued ||= force
  await navigator.locks.request('palier-outbox', { ifAvailable: !force }, async (lock) => {
    if (force) forcedQueued = false
    if (!lock) return
    await loadOutbox()
    for (const item of dueItems(outbox.value, Date.now(), force)) {
      if (mustSignIn.value || !session.value) return
      await sendItem(item)
    }
  })
  wakeForNext()
}

/** Put an item that needed attention back in the queue, and try it at once. */
export async function retryItem(item: OutboxItem): Promise<void> {
  await keep({ ...item, state: 'waiting', why: null, nextTryAt: Date.now() })
  await sendDue({ force: true })
}

async function sendItem(item: OutboxItem): Promise<void> {
  sendingId.value = item.instanceId
  try {
    const settled = settle(item, await attempt(item), Date.now())
    if ('item' in settled) {
      if (settled.item.why?.code === 'sign_in') askSignIn()
      await keep(settled.item)
      return
    }
    await letGo({ ...item, receipt: settled.done, receivedAt: Date.now() })
  } finally {
    sendingId.value = null
  }
}

async function attempt(item: OutboxItem): Promise<Outcome> {
  const files = await db.readPrefix('files', `${item.instanceId}/`)
  if (!isWhole(item, files)) return { kind: 'broken' }
  try {
    const token = session.value?.token ?? ''
    return { kind: 'answered', body: await sendSubmission(token, item.visitId, formData(item, files)) }
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', status: error.status }
    if (error instanceof Unreachable) return { kind: 'unreachable' }
    throw error
  }
}

function formData(item: OutboxItem, files: FileRecord[]): FormData {
  const body = new FormData()
  // In the item's order: the XML first, as the OpenRosa specification asks.
  for (const { name } of item.files) {
    const file = files.find((kept) => kept.name === name)
    if (file) body.append(name, new File([file.bytes], name === XML_FILE ? `${name}.xml` : name, { type: file.type }))
  }
  return body
}

async function keep(item: OutboxItem): Promise<void> {
  await db.write([{ store: 'outbox', key: item.instanceId, value: item }])
  outbox.value = await db.readAll('outbox')
}

/** The receipt covers everything: keep it, and only now let the visit go, all in one transaction. */
async function letGo({ instanceId, visitId, personName, finishedAt, receipt, receivedAt }: OutboxItem & SentRecord): Promise<void> {
  const value: SentRecord = { instanceId, visitId, personName, finishedAt, receipt, receivedAt }
  await db.write([
    { store: 'receipts', key: instanceId, value },
    { store: 'outbox', remove: instanceId },
    { store: 'files', removePrefix: `${instanceId}/` },
  ])
  await loadOutbox()
}

let wake: ReturnType<typeof setTimeout> | undefined

function wakeForNext(): void {
  clearTimeout(wake)
  if (!waiting.value.length || mustSignIn.value) return
  const next = Math.min(...waiting.value.map((item) => item.nextTryAt))
  wake = setTimeout(() => void sendDue(), Math.max(next - Date.now(), 1_000))
}
