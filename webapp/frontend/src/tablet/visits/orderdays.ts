// The orders of a technician's days as she reads them: without a day first, then what is late, then today and what comes.
import { fits } from '../ground/searching'
import { inLanguage, type Order } from '../shapes/wire'
import { language } from '../ground/i18n'
import { addressOf } from './rounds'

export interface OrdersOfDay {
  /** `late` is every day before today. */
  day: 'unplanned' | 'late' | (string & {})
  orders: Order[]
}

/** Whether an order is sought: by its number, what is to be done, the name, the street or the town. */
export function isOrderSought({ reference, label, trade, tenant, dwelling }: Order, sought: string): boolean {
  const words = [reference, inLanguage(label, language.value), inLanguage(trade, language.value), tenant, addressOf(dwelling), dwelling.reference]
  return fits(words.join(' '), sought)
}

/** The orders by day, each day as the server put it in order. */
export function ordersByDay(orders: readonly Order[], today: string): OrdersOfDay[] {
  const days = new Map<OrdersOfDay['day'], Order[]>()
  for (const order of orders) {
    const { planned_on: on } = order
    const day = on === null ? 'unplanned' : on < today ? 'late' : on
    days.set(day, [...(days.get(day) ?? []), order])
  }
  return [...days].map(([day, all]) => ({ day, orders: all }))
}
