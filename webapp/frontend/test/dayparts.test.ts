import { describe, expect, it } from 'vitest'
import { isSought, partsOf } from '../src/tablet/visits/dayparts'
import type { Visit } from '../src/tablet/shapes/wire'

const NOW = new Date(2026, 10, 26, 10).getTime()
const at = (days: number, hour: number) => new Date(2026, 10, 26 + days, hour).toISOString()
const visit = (id: string, planned_start_at: string, name = 'Odette', address = '3 rue des Tilleuls'): Visit => ({
  id, planned_start_at, person: { name }, dwelling: { reference: 'L00042', address, postcode: '60000', city: 'Compiègne' },
} as unknown as Visit)

const ids = (parts: ReturnType<typeof partsOf>['past']) => parts.map(({ shown }) => shown.map(({ visit: one }) => one.id))

describe('the days of a visitor', () => {
  const all = [visit('later', at(2, 9)), visit('yesterday', at(-1, 9)), visit('noon', at(0, 12)), visit('early', at(0, 0))]

  it('open on today, and keep what is past apart', () => {
    const { past, coming } = partsOf(all, '', NOW)
    expect(ids(past)).toEqual([['yesterday']])
    expect(ids(coming)).toEqual([['early', 'noon'], ['later']])
  })

  it('show of a search what fits, each stop with its own number', () => {
    const { coming } = partsOf([visit('a', at(0, 8), 'Éléonore'), visit('b', at(0, 9))], 'ode', NOW)
    expect(coming.map(({ shown }) => shown.map(({ order }) => order))).toEqual([[2]])
    expect(partsOf(all, 'nobody', NOW)).toEqual({ past: [], coming: [] })
  })

  it.each(['odette', 'ODÉTTE', 'tilleuls', 'compiegne', 'til ode', '60000', 'l00042'])('find a visit by %s', (sought) => {
    expect(isSought(visit('a', at(0, 8)), sought)).toBe(true)
  })

  it('find none by what its words do not begin with', () => {
    expect(isSought(visit('a', at(0, 8)), 'dette')).toBe(false)
  })
})
