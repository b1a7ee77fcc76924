// A form of a call on its way to the office: at once and whole, and by its own words when it does not arrive.
import { t } from '../ground/i18n'
import { alertCall, fetchCall, Refused, sendCall, Unreachable, type CallPlace } from '../line/api'
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
  // Without a session the office's token is none: it answers that before it asks who calls.
  if (error instanceof Refused && (error.status === 401 || (error.status === 400 && !error.problem.code))) return t('call.signedOut')
  return error instanceof Error ? error.message : String(error)
}
