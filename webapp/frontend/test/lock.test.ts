import { beforeEach, describe, expect, it } from 'vitest'
import { changeLock, readLock } from '../src/tablet/memory/connection'
import { eraseAll } from '../src/tablet/memory/db'
import { lockState, MAX_TRIES, pinFault, tryPin, underPin } from '../src/tablet/memory/lock'
import type { LockRecord } from '../src/tablet/shapes/records'
import { newDataKey, PIN_ITERATIONS } from '../src/tablet/memory/seal'

const PIN = '271828'
const NOW = 1_800_000_000_000
const MINUTE = 60_000

async function lockUnder(pin: string, changes: Partial<LockRecord> = {}): Promise<void> {
  const wrapped = await underPin(pin, await newDataKey())
  await changeLock(() => ({
    ...wrapped, underRecovery: new ArrayBuffer(8), deviceId: 'd', contact: '', tries: 0, barredUntil: 0, language: 'fr',
    plain: false, ...changes,
  }))
}

async function wrongTimes(times: number): Promise<unknown[]> {
  const said: unknown[] = []
  for (let tried = 0; tried < times; tried += 1) said.push(await tryPin('111222', NOW))
  return said
}

describe('a PIN somebody chooses', () => {
  it('has six digits', () => {
    for (const wrong of ['', '12345', '1234567', '12 456', 'abcdef', '１２３４５６']) expect(pinFault(wrong)).toBe('digits')
  })

  it('is not what a thief tries first', () => {
    for (const wrong of ['000000', '777777', '123456', '654321', '345678', '890123', '121212', '123123']) {
      expect([wrong, pinFault(wrong)]).toEqual([wrong, 'trivial'])
    }
    for (const fine of [PIN, '314159', '100000', '123457']) expect([fine, pinFault(fine)]).toEqual([fine, null])
  })

  it('is derived slowly', () => {
    expect(PIN_ITERATIONS).toBeGreaterThanOrEqual(600_000)
  })
})

describe('trying a PIN', () => {
  beforeEach(() => eraseAll())

  it('opens with the right one, and then forgets the wrong ones', async () => {
    await lockUnder(PIN)
    expect(await wrongTimes(2)).toEqual([{ kind: 'wrong', left: 4 }, { kind: 'wrong', left: 3 }])
    expect((await tryPin(PIN, NOW)).kind).toBe('open')
    expect((await lockState(NOW)).left).toBe(MAX_TRIES)
  })

  it('deletes the wrapped key at the fifth wrong one: then even the right PIN opens nothing', async () => {
    await lockUnder(PIN)
    const said = await wrongTimes(5)
    expect(said.slice(3)).toEqual([{ kind: 'wrong', left: 1 }, { kind: 'spent' }])
    expect((await readLock())?.underPin).toBeNull()
    expect(await tryPin(PIN, NOW)).toEqual({ kind: 'spent' })
    expect((await readLock())?.underRecovery).not.toBeNull()
  })

  it('counts a try before it is made, so that closing the app gives no more of them', async () => {
    await lockUnder(PIN, { tries: MAX_TRIES })
    expect(await tryPin(PIN, NOW)).toEqual({ kind: 'spent' })
    expect((await readLock())?.underPin).toBeNull()
  })

  it('counts tries in two tabs at once', async () => {
    await lockUnder(PIN)
    await Promise.all([tryPin('111222', NOW), tryPin('111222', NOW), tryPin('111222', NOW)])
    expect((await readLock())?.tries).toBe(3)
  })

  it('makes one wait, and deletes nothing, where no recovery key could help', async () => {
    await lockUnder(PIN, { underRecovery: null })
    const said = await wrongTimes(5)
    expect(said[4]).toEqual({ kind: 'barred', until: NOW + 15 * MINUTE })
    expect(await tryPin(PIN, NOW + 14 * MINUTE)).toEqual({ kind: 'barred', until: NOW + 15 * MINUTE })
    expect((await tryPin(PIN, NOW + 16 * MINUTE)).kind).toBe('open')
  })
})
