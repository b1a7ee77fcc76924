// The one word that is true of a work order now: what the tablet holds first, then what was sent, then the server's word.
import { t, tCode } from '../ground/i18n'
import { outbox, sendingId, sent } from '../sending/sending'
import type { Order } from '../shapes/wire'
import { interventionOf } from './interventions'

interface Badge {
  text: string
  tone: '' | 'good' | 'warn' | 'bad'
}

export function orderBadge({ id, state }: Order): Badge {
  if (interventionOf(id)) return { text: t('state.draft'), tone: 'warn' }
  const item = outbox.value.find(({ visitId }) => visitId === id)
  if (item) {
    const now = sendingId.value === item.instanceId ? 'sending' : item.state
    return { text: t(`outbox.state.${now}`), tone: now === 'attention' ? 'bad' : 'warn' }
  }
  const receipt = sent.value.findLast(({ visitId }) => visitId === id)?.receipt
  // Once the server tells that it is taken on, its word is the newer one.
  const isTold = receipt?.state === 'checked' && state === 'acknowledged'
  if (receipt && !isTold) return { text: tCode('order.sent', receipt.state), tone: receipt.state === 'checked' ? 'good' : 'warn' }
  return { text: tCode('order.state', state), tone: '' }
}

/** Whether it may be taken on here: nobody has, and nothing of it is on its way or arrived. */
export function mayTakeOn({ id, state }: Order): boolean {
  return state === 'open' && ![...outbox.value, ...sent.value].some(({ visitId }) => visitId === id)
}
