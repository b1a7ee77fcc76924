import { beforeEach, describe, expect, it } from 'vitest'
import { onConnection } from '../src/tablet/memory/connection'
import * as db from '../src/tablet/memory/db'
import { newDataKey } from '../src/tablet/memory/seal'

const file = (name: string) => ({ name, type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer })

describe('the tablet’s memory', () => {
  beforeEach(async () => {
    await db.eraseAll()
    db.useKey(await newDataKey())
  })

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

  it('writes over the record that was read, and over no other', async () => {
    const guard = { store: 'files' as const, key: 'a/1' }
    const put = (name: string) => ({ ...guard, value: file(name) })
    const first = await db.writeOver({ ...guard, version: null }, [put('first')])
    const read = await db.readVersion('files', 'a/1')
    expect(read?.version).toBe(first)
    const second = await db.writeOver({ ...guard, version: first }, [put('second')])
    const late = db.writeOver({ ...guard, version: first }, [put('late'), { store: 'files', key: 'a/2', value: file('2') }])
    await expect(late).rejects.toThrow(db.Overtaken)
    expect((await db.read('files', 'a/1'))?.name).toBe('second')
    expect(await db.keysWithPrefix('files', '')).toEqual(['a/1'])
    expect(await db.writeOver({ ...guard, version: second }, [{ store: 'files', remove: 'a/1' }])).toBeNull()
    await expect(db.writeOver({ ...guard, version: second }, [put('risen')])).rejects.toThrow(db.Overtaken)
    expect(await db.keysWithPrefix('files', '')).toEqual([])
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

  it('keeps nothing in clear but the keys of its records', async () => {
    await db.write([
      { store: 'files', key: 'a/1.jpg', value: { ...file('1.jpg'), bytes: new TextEncoder().encode('Mme Moreau').buffer } },
      { store: 'files', key: 'a/2.jpg', value: file('Mme Moreau') },
    ])
    const kept = await onConnection((database) => database.getAll('files'))
    for (const record of kept) {
      expect(Object.prototype.toString.call(record)).toBe('[object ArrayBuffer]')
      expect(new TextDecoder('latin1').decode(record as ArrayBuffer)).not.toContain('Moreau')
    }
  })

  it('reads and writes nothing while it is locked, and still removes', async () => {
    await db.write([{ store: 'files', key: 'a/1', value: file('1.jpg') }])
    db.useKey(null)
    await expect(db.readAll('files')).rejects.toThrow(db.Locked)
    await expect(db.write([{ store: 'files', key: 'a/2', value: file('2.jpg') }])).rejects.toThrow(db.Locked)
    expect(await db.keysWithPrefix('files', '')).toEqual(['a/1'])
    await db.write([{ store: 'files', remove: 'a/1' }])
    expect(await db.keysWithPrefix('files', '')).toEqual([])
  })

  it('brings nothing back to memory that was read when the lock fell', async () => {
    await db.write([{ store: 'files', key: 'a/1', value: file('1.jpg') }])
    const reading = db.readAll('files')
    db.useKey(null)
    await expect(reading).rejects.toThrow(db.Locked)
  })

  it('ends what was being written when the lock fell', async () => {
    const key = db.keyInUse()
    const writing = db.write([{ store: 'files', key: 'a/1', value: file('1.jpg') }])
    db.useKey(null)
    await writing
    db.useKey(key)
    expect((await db.read('files', 'a/1'))?.name).toBe('1.jpg')
  })

  it('keeps the order in which it was asked to write, however large the first was', async () => {
    const large = { ...file('large'), bytes: new ArrayBuffer(8_000_000) }
    void db.write([{ store: 'files', key: 'a/1', value: large }])
    void db.write([{ store: 'files', key: 'a/1', value: file('small') }])
    expect((await db.read('files', 'a/1'))?.name).toBe('small')
  })

  it('does not open a record that was moved to another place, and opens the others', async () => {
    await db.write([
      { store: 'files', key: 'a/1', value: file('1.jpg') },
      { store: 'files', key: 'a/2', value: file('2.jpg') },
    ])
    await onConnection(async (database) => {
      await database.put('files', (await database.get('files', 'a/1'))!, 'a/2')
    })
    expect((await db.readAll('files')).map(({ name }) => name)).toEqual(['1.jpg'])
    expect(db.unopened.value).toBe(1)
  })
})
