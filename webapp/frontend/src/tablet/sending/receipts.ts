// What the server says it has. Only this counts: not what was sent, nor how far the network got.
import { AUDIT_FILE, XML_FILE, type OutboxItem, type SentFile } from '../shapes/records'
import type { Receipt } from '../shapes/wire'

const STATES: readonly string[] = ['incomplete', 'checked', 'to_review', 'set_aside'] satisfies Receipt['state'][]

/** Read an answer as a receipt, or null when it is not one. */
export function asReceipt(body: unknown): Receipt | null {
  if (typeof body !== 'object' || body === null) return null
  const { instance_id, files, state } = body as Partial<Receipt>
  const isReceipt = typeof instance_id === 'string' && Array.isArray(files) && STATES.includes(String(state))
    && files.every((file) => typeof file?.name === 'string' && typeof file.sha256 === 'string')
  return isReceipt ? (body as Receipt) : null
}

/** Whether a receipt lists every file with its hash. The XML may be kept under another name: its hash is enough. */
export function covers(receipt: Receipt, item: OutboxItem): boolean {
  return isOf(receipt, item) && item.files.every((file) => lists(receipt, file))
}

/** The photos and signatures that a receipt lists with their hash. */
export function confirmedIn(receipt: Receipt, item: OutboxItem): string[] {
  return isOf(receipt, item) ? photosOf(item).filter((file) => lists(receipt, file)).map(({ name }) => name) : []
}

/** The photos and other files of a visit: what is heavy, and what a visitor counts. */
export function photosOf(item: OutboxItem): SentFile[] {
  return item.files.filter(({ name }) => name !== XML_FILE && name !== AUDIT_FILE)
}

/** What is light and goes along with the form itself. */
export function lightOf(item: OutboxItem): SentFile[] {
  return item.files.filter(({ name }) => name === AUDIT_FILE)
}

function isOf(receipt: Receipt, item: OutboxItem): boolean {
  return receipt.instance_id.replace(/^uuid:/, '') === item.instanceId
}

function lists(receipt: Receipt, file: SentFile): boolean {
  return receipt.files.some((kept) => kept.sha256.toLowerCase() === file.sha256 && (file.name === XML_FILE || kept.name === file.name))
}

