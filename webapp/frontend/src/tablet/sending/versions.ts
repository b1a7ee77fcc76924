// A form that was finished and is corrected: the XML of its next version, as OpenRosa has it, and what it goes on from.
import { photosOf } from './receipts'
import type { Again, OutboxItem } from '../shapes/records'

const ID = /<((?:[\w.-]+:)?)instanceID([^>]*)>[^<]*<\/\1instanceID>/
const FORMER = /<((?:[\w.-]+:)?)deprecatedID[^>]*>[^<]*<\/\1deprecatedID>/

/** The same answers under another number. */
export function renumbered(xml: string, instanceId: string): string {
  return xml.replace(ID, (_, prefix: string, more: string) => `<${prefix}instanceID${more}>uuid:${instanceId}</${prefix}instanceID>`)
}

/** Say which version this one stands for. */
export function correcting(xml: string, former: string): string {
  return xml.replace(FORMER, '').replace(ID, (id, prefix: string, more: string) => `${id}<${prefix}deprecatedID${more}>uuid:${former}</${prefix}deprecatedID>`)
}

/** What it takes to go on with a finished form. */
export function againOf(item: OutboxItem, xml: string): Again {
  const { formId, version, begun, finishedAt, elsewhere = [] } = item
  const fileNames = [...elsewhere, ...photosOf(item).map(({ name }) => name)]
  return { formId, version, xml, fileNames, page: 0, startedAt: finishedAt, ...begun }
}
