// One item on its way: a visit photo by photo, each confirmed before the next; a report in one breath.
import { Refused, sendHandedIn, sendPart, sendReport, Unreachable, type Part } from '../line/api'
import * as db from '../memory/db'
import { isReport, isWhole, keyOf, type Outcome } from './outbox'
import { asReceipt, confirmedIn, lightOf, photosOf } from './receipts'
import { sha256 } from '../memory/seal'
import { XML_FILE, type FileRecord, type OutboxItem, type QueueItem, type ReportItem } from '../shapes/records'
import type { Problem } from '../shapes/wire'

interface Manners {
  /** Hears which photos the server has, after each part. */
  confirm(names: string[]): Promise<void>
  /** Whether something more urgent waits: asked before each photo. */
  giveWay(): boolean
}

/** Send a finished visit, part by part. */
export async function deliver(item: OutboxItem, token: string, { confirm, giveWay }: Manners): Promise<Outcome> {
  const files = await db.readPrefix('files', `${item.instanceId}/`)
  if (!isWhole(item, files)) return { kind: 'broken' }
  return outcomeOf(() => inParts(item, files, async (part) => {
    if (part.files.some(isPhoto) && giveWay()) throw new GaveWay()
    const body = await sendPart(token, item, part)
    const receipt = asReceipt(body)
    if (receipt) await confirm(confirmedIn(receipt, item))
    return body
  }))
}

class GaveWay extends Error {
  override name = 'GaveWay'
}

const isPhoto = ({ type }: FileRecord) => type.startsWith('image/')

/** Send a report. */
export function deliverReport(item: ReportItem, token: string): Promise<Outcome> {
  return outcomeOf(() => sendReport(token, item))
}

/** Hand in what is still here of an item, file by file; gives what the server answered to the last, and what was here. */
export async function deliverAsItIs(item: QueueItem, token: string): Promise<{ outcome: Outcome; here: { name: string; sha256: string }[] }> {
  const { visitId, handedIn: reason = '' } = item
  const about = { id: keyOf(item), kind: item.kind ?? 'submission' as const, reason, visitId }
  const files = isReport(item) ? [] : await db.readPrefix('files', `${item.instanceId}/`)
  const here = await Promise.all(files.map(async ({ name, bytes }) => ({ name, sha256: await sha256(bytes) })))
  const report = isReport(item) ? JSON.stringify({ ...item.body, id: item.id }) : undefined
  if (report !== undefined) here.push({ name: 'report', sha256: await sha256(new TextEncoder().encode(report).buffer) })
  // The form before its photos; with nothing left, still that there was something.
  const first = files.filter(({ name }) => name === XML_FILE)
  const parts = [first, ...files.filter((file) => !first.includes(file)).map((file) => [file])]
  const outcome = await outcomeOf(async () => {
    let body: unknown
    for (const part of parts) body = await sendHandedIn(token, { ...about, report, files: part })
    return body
  })
  return { outcome, here }
}

/** The XML alone first: its receipt tells what an earlier try left on the server, and that is not sent again. */
async function inParts(item: OutboxItem, files: FileRecord[], send: (part: Part) => Promise<unknown>): Promise<unknown> {
  const xml = files.find(({ name }) => name === XML_FILE) as FileRecord
  const light = files.filter(({ name }) => lightOf(item).some((file) => file.name === name))
  if (!photosOf(item).length) return send({ xml, files: light, more: false })
  let body = await send({ xml, files: light, more: true })
  const missing = missingIn(body, item)
  if (missing === null) return body
  if (!missing.length) return send({ xml, files: [], more: false })
  for (const name of missing) {
    body = await send({ xml, files: files.filter((file) => file.name === name), more: name !== missing.at(-1) })
    // Not a receipt, or one without what was just sent: whoever answered, to send on would be to hope.
    if (missingIn(body, item)?.includes(name) ?? true) return body
  }
  return body
}

/** The photos an unfinished receipt lacks; null when the answer is final, or no receipt. */
function missingIn(body: unknown, item: OutboxItem): string[] | null {
  const receipt = asReceipt(body)
  if (receipt?.state !== 'incomplete') return null
  const confirmed = confirmedIn(receipt, item)
  return photosOf(item).map(({ name }) => name).filter((name) => !confirmed.includes(name))
}

async function outcomeOf(send: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { kind: 'answered', body: await send() }
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', status: error.status, said: sentenceOf(error.problem), code: error.problem.code }
    if (error instanceof Unreachable) return { kind: 'unreachable' }
    if (error instanceof GaveWay) return { kind: 'gave_way' }
    throw error
  }
}

/** The server's own words, with what it says of single fields. */
function sentenceOf({ detail, title, errors }: Problem): string {
  const said = typeof errors === 'object' && errors !== null ? Object.values(errors).flat().filter((each) => typeof each === 'string') : []
  return [detail ?? title ?? '', ...said].filter(Boolean).join(' ')
}
