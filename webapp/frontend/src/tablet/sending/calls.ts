// A form of a call on its way to the office: at once and whole, and by its own words when it does not arrive.
import { t } from '../ground/i18n'
import { alertCall, fetchCall, handInCall, Refused, sendCall, Unreachable, type CallPlace } from '../line/api'
import { XML_FILE, type FileRecord, type Report } from '../shapes/records'
import type { CallSent } from '../shapes/wire'
import { correcting, renumbered } from './versions'

export function xmlFile(xml: string): FileRecord {
  return { name: XML_FILE, type: 'text/xml', bytes: new TextEncoder().encode(xml).buffer }
}

/** Send it with the office's token of this moment: whoever signed in again meanwhile has another one. */
export async function deliverCall(place: CallPlace, files: readonly FileRecord[], instanceId: string): Promise<CallSent> {
  const { csrf } = await fetchCall(place)
  try {
    return await sendCall(place, csrf, files)
  } catch (error) {
    // An earlier try arrived after all and its answer was lost: what was changed since stands for it.
    if (!(error instanceof Refused && error.problem.code === 'different_submission')) throw error
    return sendCall(place, csrf, files.map((file) => (file.name === XML_FILE ? corrected(file, instanceId) : file)))
  }
}

/** Statuses that tell of the moment and not of what was sent: the same may do later. */
const LATER = [401, 408, 425, 429]
/** A fault of ours over this very form: the same may fail every time. */
const OUR_FAULT = 500

function isRefused(error: unknown): error is Refused {
  return error instanceof Refused && error.status <= OUR_FAULT && !LATER.includes(error.status) && !isSignedOut(error)
}

// Without a session the office's token is none: it answers that before it asks who calls.
function isSignedOut({ status, problem }: Refused): boolean {
  return status === 401 || (status === 400 && !problem.code)
}

/** What is sent of a form: its files, its number, and the office's token of when it was opened. */
export interface Parcel {
  files: readonly FileRecord[]
  instanceId: string
  csrf: string
}

/** Send it; what the office does not take is handed in as it is where the caller agrees. Raises why it did not arrive. */
export async function deliverOrHandIn(
  place: CallPlace, { files, instanceId, csrf }: Parcel, agreed: (why: string) => Promise<boolean>,
): Promise<Pick<CallSent, 'missing' | 'next'>> {
  try {
    return await deliverCall(place, files, instanceId)
  } catch (error) {
    if (!isRefused(error) || !(await agreed(wordsOf(error)))) throw error
    // The form may be refused her by now, and its token with it.
    const now = await fetchCall(place).catch(() => ({ csrf }))
    return handInCall(place, now.csrf, { files, id: instanceId, reason: error.problem.code ?? '' })
  }
}

function corrected({ bytes }: FileRecord, former: string): FileRecord {
  return xmlFile(correcting(renumbered(new TextDecoder().decode(bytes), crypto.randomUUID()), former))
}

/** Tell an urgent finding at once. Raises where nobody answers. */
export async function tellCall(place: CallPlace, report: Pick<Report, 'id' | 'body'>): Promise<void> {
  await alertCall(place, (await fetchCall(place)).csrf, report)
}

/** Say why something did not reach the office. */
export function wordsOf(error: unknown): string {
  if (error instanceof Unreachable) return t('call.unreachable')
  if (error instanceof Refused && isSignedOut(error)) return t('call.signedOut')
  return error instanceof Error ? error.message : String(error)
}
