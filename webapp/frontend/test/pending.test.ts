// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { allKept, beforeLock } from '../src/tablet/ground/locking'
import { allDone, askBeforeClosing, begunDone, isAwaited, isPending, track } from '../src/tablet/ground/pending'

interface Piece { promise: Promise<void>; done(): void; fail(): void }

function piece(): Piece {
  let done!: () => void
  let fail!: () => void
  const promise = new Promise<void>((resolve, reject) => {
    done = resolve
    fail = () => reject(new Error('unreadable'))
  })
  return { promise, done, fail }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

describe('work under way', () => {
  it('is waited for, what begins meanwhile included, and the screen says so', async () => {
    const [first, second] = [piece(), piece()]
    void track(first.promise)
    expect([isPending.value, isAwaited.value]).toEqual([true, false])
    let over = false
    const all = allDone().then(() => { over = true })
    expect(isAwaited.value).toBe(true)
    void track(second.promise)
    first.done()
    await turn()
    expect(over).toBe(false)
    second.done()
    await all
    expect([isPending.value, isAwaited.value]).toEqual([false, false])
  })

  it('that fails holds nobody up', async () => {
    const one = piece()
    track(one.promise).catch(() => undefined)
    one.fail()
    await allDone()
    expect(isPending.value).toBe(false)
  })

  it('may itself wait for what began before it', async () => {
    const one = piece()
    void track(one.promise)
    void track(begunDone())
    one.done()
    await allDone()
    expect(isPending.value).toBe(false)
  })

  it('comes before the last words of what is open when the tablet locks', async () => {
    const one = piece()
    void track(one.promise)
    const said: string[] = []
    const forget = beforeLock(async () => { said.push('saved'); return true })
    const kept = allKept().then((all) => said.push(`locked ${all}`))
    await turn()
    expect(said).toEqual([])
    one.done()
    await kept
    forget()
    expect(said).toEqual(['saved', 'locked true'])
  })

  it('is not closed upon without a question, whatever screen was left', async () => {
    const asks = () => !dispatchEvent(new Event('beforeunload', { cancelable: true }))
    askBeforeClosing()
    expect(asks()).toBe(false)
    const one = piece()
    void track(one.promise)
    expect(asks()).toBe(true)
    one.done()
    await allDone()
    expect(asks()).toBe(false)
  })

  it('that never ends keeps no tablet open for ever', async () => {
    void track(new Promise(() => undefined))
    await allDone(20)
    expect(isAwaited.value).toBe(false)
  })
})
