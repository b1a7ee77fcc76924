// @vitest-environment jsdom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask } from '../src/tablet/ask'
import { allKept, beforeLock, IDLE_MS, stayAwake, watchIdle } from '../src/tablet/locking'

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
