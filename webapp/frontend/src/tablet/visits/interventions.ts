// What is noted at work orders and not finished yet; what the tablet knows of an order outlives the day.
import { computed, shallowRef } from 'vue'
import * as db from '../memory/db'
import { whenLocked } from '../ground/locking'
import type { InterventionRecord } from '../shapes/records'
import type { Order } from '../shapes/wire'

export const interventions = shallowRef<InterventionRecord[]>([])
whenLocked(() => { interventions.value = [] })
const byOrder = computed(() => new Map(interventions.value.map((record) => [record.order.id, record])))

/** The order on screen: what is noted of it is written from there. */
let onScreen: string | null = null

/** Note which order is on screen; gives back how to take it away again. */
export function isOnScreen(orderId: string): () => void {
  onScreen = orderId
  return () => { onScreen = null }
}

export function interventionOf(orderId: string): InterventionRecord | undefined {
  return byOrder.value.get(orderId)
}

export async function loadInterventions(): Promise<void> {
  interventions.value = await db.readAll('interventions')
}

/** Follow the server's word: of an order that is no longer in the day, only what sending and finishing need stays. */
export async function followOrders(orders: readonly Order[]): Promise<void> {
  const known = new Set(orders.map(({ id }) => id))
  // The one on screen follows with the next day that is fetched.
  const gone = (await db.readAll('interventions')).filter(({ order: { id } }) => !known.has(id) && id !== onScreen)
  for (const { order } of gone) await forgetPeopleOf(order.id)
  await loadInterventions()
}

async function forgetPeopleOf(orderId: string): Promise<void> {
  const kept = await db.readVersion('interventions', orderId)
  if (!kept) return
  const value = { ...kept.value, order: withoutPeople(kept.value.order) }
  const guard = { store: 'interventions', key: orderId, version: kept.version } as const
  await db.writeOver(guard, [{ store: 'interventions', key: orderId, value }]).catch((error: unknown) => {
    if (!(error instanceof db.Overtaken)) throw error
  })
}

/** The order without anything of the person and her home. */
export function withoutPeople(order: Order): Order {
  return {
    ...order, access: null, measures: [], tenant: '', phone: null, planned_on: null, planned_part: null,
    dwelling: { reference: '', address: '', postcode: '', city: '', floor: null, door: null, access_code: null, lift: null, lat: null, lon: null },
  }
}
