import { describe, expect, it } from 'vitest'
import {
  keyOfPin, keyOfRecovery, newDataKey, pack, seal, Unopenable, unpack, unseal, unwrapKey, wrapKey,
} from '../src/tablet/memory/seal'

const bytes = (...values: number[]) => new Uint8Array(values).buffer
const salt = bytes(1, 2, 3)

describe('a sealed value', () => {
  const value = {
    text: 'Mme Moreau, 3e étage 🚪', number: 1.5, nothing: null, yes: true, list: [1, { photo: bytes(7, 8, 9) }], empty: bytes(),
  }

  it('comes back the same, bytes included', async () => {
    const key = await newDataKey()
    expect(await unseal(key, await seal(key, value, 'drafts/1'), 'drafts/1')).toEqual(value)
  })

  it('is never sealed twice alike', async () => {
    const key = await newDataKey()
    const [one, two] = await Promise.all([seal(key, value, 'drafts/1'), seal(key, value, 'drafts/1')])
    expect([...new Uint8Array(one)]).not.toEqual([...new Uint8Array(two)])
  })

  it('does not open elsewhere, changed, or with another key', async () => {
    const key = await newDataKey()
    const sealed = await seal(key, value, 'drafts/1')
    const changed = sealed.slice(0)
    new Uint8Array(changed)[20]! ^= 1
    await expect(unseal(key, sealed, 'drafts/2')).rejects.toThrow(Unopenable)
    await expect(unseal(key, sealed, 'outbox/1')).rejects.toThrow(Unopenable)
    await expect(unseal(key, changed, 'drafts/1')).rejects.toThrow(Unopenable)
    await expect(unseal(key, bytes(1), 'drafts/1')).rejects.toThrow(Unopenable)
    await expect(unseal(await newDataKey(), sealed, 'drafts/1')).rejects.toThrow(Unopenable)
  })

  it('is refused when it could not come back the same', () => {
    for (const strange of [() => 1, new Map(), new Date(), new Uint8Array(2), new Blob(['x']), 1n]) {
      expect(() => pack({ strange })).toThrow(DOMException)
    }
  })

  it('never takes a text for bytes', () => {
    const tricky = { bytes: [{ path: ['value'], size: 3 }], value: { value: null }, list: [null] }
    expect(unpack(pack(tricky))).toEqual(tricky)
    expect(unpack(pack(bytes(4, 5)))).toEqual(bytes(4, 5))
  })
})

describe('the data key', () => {
  it('comes back from under its PIN and from under the recovery key, and each only as itself', async () => {
    const key = await newDataKey()
    const sealed = await seal(key, 'x', 'a/1')
    const pin = await keyOfPin('271828', salt, 1000)
    const recovery = await keyOfRecovery(btoa(String.fromCharCode(...Array(32).fill(7))))
    const underPin = await wrapKey(key, pin, 'pin')
    const underRecovery = await wrapKey(key, recovery, 'recovery')
    for (const back of [await unwrapKey(underPin, pin, 'pin'), await unwrapKey(underRecovery, recovery, 'recovery')]) {
      expect(await unseal(back, sealed, 'a/1')).toBe('x')
    }
    await expect(unwrapKey(underPin, await keyOfPin('271829', salt, 1000), 'pin')).rejects.toThrow(Unopenable)
    await expect(unwrapKey(underPin, await keyOfPin('271828', bytes(9), 1000), 'pin')).rejects.toThrow(Unopenable)
    await expect(unwrapKey(underPin, pin, 'recovery')).rejects.toThrow(Unopenable)
  })
})
