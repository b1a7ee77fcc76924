import { beforeEach, describe, expect, it } from 'vitest'
import * as db from '../src/tablet/db'

const file = (name: string) => ({ name, type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer })

describe('the tablet’s memory', () => {
  beforeEach(() => db.write(db.STORE_NAMES.map((store) => ({ store, removePrefix: '' }))))

  it('gives back what was written, bytes included', async () => {
    await db.write([{ store: 'files', key: 'a/1.jpg', value: file('1.jpg') }])
    const back = await db.read('files', 'a/1.jpg')
    expect([...new Uint8Array(back!.bytes)]).toEqual([1, 2, 3])
  })

  it('opens again after the browser closed the connection', async () => {
    await db.write([{ store: 'files', key: 'a/1.jpg', value: file('1.jpg') }])
    await db.disconnect()
    expect(await db.keysWithPrefix('files', 'a/')).toEqual(['a/1.jpg'])
  })

  it('removes the files of one visit and of no other', async () => {
    await db.write(['a/1', 'a/2', 'ab/1', 'b/1'].map((key) => ({ store: 'files' as const, key, value: file(key) })))
    await db.write([{ store: 'files', removePrefix: 'a/' }])
    expect(await db.keysWithPrefix('files', '')).toEqual(['ab/1', 'b/1'])
  })

  it('writes all of a change or nothing', async () => {
    const unwritable = { ...file('2.jpg'), bytes: (() => 1) as unknown as ArrayBuffer }
    const both = db.write([{ store: 'files', key: 'a/1', value: file('1.jpg') }, { store: 'files', key: 'a/2', value: unwritable }])
    await expect(both).rejects.toThrow()
    expect(await db.keysWithPrefix('files', '')).toEqual([])
  })
})
