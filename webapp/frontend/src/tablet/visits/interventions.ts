// What is noted at work orders and not finished yet; what the tablet knows of an order outlives the day.
import { computed, shallowRef } from 'vue'
import * as db from '../memory/db'
import { openOrderId } from '../ground/route'
import { whenLocked } from '../ground/locking'
import type { InterventionRecord } from '../shapes/records'
import type { Order } from '../shapes/wire'

export const interventions = shallowRef<InterventionRecord[]>([])
whenLocked(() => { interventions.value = [] })
const byOrder = computed(() => new Map(interventions.value.map((record) => [record.order.id, record])))

export function interventionOf(orderId: string): InterventionRecord | undefined {
  return byOrder.value.get(orderId)
}

export async function loadInterventions(): Promise<void> {
  interventions.value = await db.readAll('interventions')
}

/** Follow the server's word: of an order that is no longer in the day, only what sending and finishing need stays. */
export async function followOrders(orders: readonly Order[]): Promise<void> {
  const known = new Map(orders.map((order) => [order.id, order]))
  for (const { order } of await db.readAll('interventions')) {
    // One that is open on screen is written by it: the next day that is fetched follows it.
    const kept = order.id === openOrderId.value ? null : await db.readVersion('interventions', order.id)
    if (!kept) continue
    const value = { ...kept.value, order: known.get(order.id) ?? withoutPeople(kept.value.order) }
    const guard = { store: 'interventions', key: order.id, version: kept.version } as const
    await db.writeOver(guard, [{ store: 'interventions', key: order.id, value }]).catch((error: unknown) => {
      if (!(error instanceof db.Overtaken)) throw error
    })
  }
  await loadInterventions()
}

/** The order without anything of the person and her home. */
export function withoutPeople(order: Order): Order {
  return {
    ...order, access: null, measures: [], tenant: '', phone: null, planned_on: null, planned_part: null,
    dwelling: { reference: '', address: '', postcode: '', city: '', floor: null, door: null, access_code: null, lift: null, lat: null, lon: null },
  }
}
