// @vitest-environment jsdom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask } from '../src/tablet/ground/ask'
import { day } from '../src/tablet/visits/day'
import { allKept, beforeLock, IDLE_MS, stayAwake, watchIdle } from '../src/tablet/ground/locking'
import { covered, mayLie, proved, watchLeaving } from '../src/tablet/start/proving'
import type { DayRecord } from '../src/tablet/shapes/records'
import { openFormId, openVisitId } from '../src/tablet/ground/route'

const idle = vi.fn(() => true)
const press = () => document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true }))
const wait = (ms: number) => vi.setSystemTime(Date.now() + ms)

describe('five minutes without a hand', () => {
  beforeAll(() => watchIdle(idle))
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    stayAwake()
    idle.mockClear()
  })
  afterEach(() => vi.useRealTimers())

  it('are counted by the clock on the wall when the timers slept', () => {
    wait(IDLE_MS + 1)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(idle).toHaveBeenCalled()
  })

  it('begin anew with each key', () => {
    wait(IDLE_MS - 1000)
    expect(press()).toBe(true)
    wait(IDLE_MS - 1000)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(idle).not.toHaveBeenCalled()
  })

  it('make the hand that wakes the tablet press nothing', () => {
    const pressed = vi.fn()
    document.body.addEventListener('keydown', pressed)
    wait(IDLE_MS + 1)
    expect(press()).toBe(false)
    expect(pressed).not.toHaveBeenCalled()
  })

  it('do not become hours when the clock is set back', () => {
    wait(-3 * 3600_000)
    document.dispatchEvent(new Event('visibilitychange'))
    wait(IDLE_MS)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(idle).toHaveBeenCalledOnce()
  })
})

describe('a form of a visit that lies on the table', () => {
  const MINUTE_MS = 60_000
  const locks = vi.fn()
  const left = vi.fn()
  const look = () => document.dispatchEvent(new Event('visibilitychange'))
  const told = (visit_idle_minutes?: number) => {
    day.value = { answer: { visit_idle_minutes }, fetchedAt: 0, skewMs: 0 } as DayRecord
  }
  const goTo = async (hash: string) => {
    if (location.hash === hash) return
    const arrived = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }))
    location.hash = hash
    await arrived
  }
  /** Without a hand for so many minutes, looked at as the watch does. */
  const lies = (minutes: number) => {
    wait(minutes * MINUTE_MS)
    look()
  }

  beforeAll(() => {
    watchIdle((idleMs) => !mayLie(idleMs) && (locks(), true))
    watchLeaving(left)
  })
  beforeEach(async () => {
    await goTo('#/')
    await goTo('#/visit/a/form/home_visit')
    expect([openVisitId.value, openFormId.value]).toEqual(['a', 'home_visit'])
    vi.useFakeTimers({ toFake: ['Date'] })
    idle.mockReturnValue(false)
    told(15)
    proved()
    stayAwake()
    locks.mockClear()
    left.mockClear()
  })
  afterEach(() => {
    proved()
    vi.useRealTimers()
  })

  it('stays open for less than the minutes the server names, and not for longer', () => {
    lies(14)
    expect(locks).not.toHaveBeenCalled()
    lies(1)
    expect(locks).toHaveBeenCalledOnce()
  })

  it('so does an order while hands are at work, and another one asks the PIN', async () => {
    await goTo('#/order/a')
    lies(14)
    expect(locks).not.toHaveBeenCalled()
    await goTo('#/order/b')
    expect([covered.value, left.mock.calls.length]).toEqual([true, 1])
  })

  it('lets the hand that takes it up again go on', () => {
    wait(14 * MINUTE_MS)
    expect(press()).toBe(true)
    lies(14)
    expect(locks).not.toHaveBeenCalled()
  })

  it.each([undefined, 0, 5])('locks after five minutes where the server says %s', (minutes) => {
    told(minutes)
    lies(5)
    expect(locks).toHaveBeenCalledOnce()
  })

  it.each(['#/', '#/visit/a', '#/visit/a/failure', '#/visit/a/form/fall_risk', '#/visit/b/form/home_visit'])('gives way to %s only with the PIN', async (hash) => {
    lies(6)
    expect(press()).toBe(true)
    await goTo(hash)
    expect([covered.value, left.mock.calls.length]).toEqual([true, 1])
  })

  it('is left freely when no five minutes went by, and once the PIN was given', async () => {
    lies(4)
    await goTo('#/visit/a')
    await goTo('#/visit/a/form/home_visit')
    press()
    lies(6)
    proved()
    await goTo('#/')
    expect([covered.value, left.mock.calls.length]).toEqual([false, 0])
  })

  it.each(['#/', '#/visit/a', '#/visit/a/failure'])('is no excuse for %s: that locks after five minutes', async (hash) => {
    await goTo(hash)
    lies(5)
    expect(locks).toHaveBeenCalledOnce()
  })

  it('does not stay covered for ever: what was left locks', async () => {
    lies(6)
    await goTo('#/visit/b/form/home_visit')
    lies(6)
    expect(locks).toHaveBeenCalledOnce()
  })
})

describe('before the tablet locks', () => {
  it('everything open is kept, and it says when something could not be', async () => {
    const kept = vi.fn(async () => true)
    const forget = beforeLock(kept)
    expect(await allKept()).toBe(true)
    expect(kept).toHaveBeenCalledOnce()
    const failing = beforeLock(async () => false)
    expect(await allKept()).toBe(false)
    forget()
    failing()
    expect(await allKept()).toBe(true)
    expect(kept).toHaveBeenCalledTimes(2)
  })

  it('a question that is open is answered by no', async () => {
    const answer = ask('Masquer ?', { yes: 'oui', no: 'non' })
    await allKept()
    expect(await answer).toBe(false)
  })
})
