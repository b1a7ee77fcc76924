// @vitest-environment jsdom
import { deleteDB, openDB } from 'idb'
import { beforeEach, describe, expect, it } from 'vitest'
import { disconnect, onConnection, readLock, STORE_NAMES } from '../src/tablet/memory/connection'
import * as db from '../src/tablet/memory/db'
import { gate, tryPin } from '../src/tablet/memory/lock'
import { choosePin, loadSession, needsRecovery, sealPlain, session, takeOverPlain } from '../src/tablet/holder/session'
import { newDataKey, seal } from '../src/tablet/memory/seal'
import type { InterventionRecord } from '../src/tablet/shapes/records'

const PIN = '271828'
const user = { id: 'u', name: 'Nadia', email: 'n@p.example', role: 'visitor', language: 'fr' }
const plain = {
  session: { deviceId: 'd', deviceName: 'T4', token: 'palier_x', user },
  draft: { instanceId: 'i', visitId: 'v', personName: 'Mme Moreau', xml: '<a/>', fileNames: ['p.jpg'] },
  photo: { name: 'p.jpg', type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer },
  item: { instanceId: 'o', visitId: 'w', personName: 'M. Petit', files: [], state: 'waiting' },
}

/** The database as version 1 of the app left it. */
async function leaveVersion1(): Promise<void> {
  await disconnect()
  await deleteDB('palier')
  const old = await openDB('palier', 1, {
    upgrade(database) {
      for (const store of STORE_NAMES) if (store !== 'interventions') database.createObjectStore(store)
    },
  })
  await old.put('session', plain.session, 'current')
  await old.put('drafts', plain.draft, 'i')
  await old.put('files', plain.photo, 'i/p.jpg')
  await old.put('outbox', plain.item, 'o')
  old.close()
}

async function clearRecords(): Promise<unknown[]> {
  const all = await Promise.all(STORE_NAMES.map((store) => onConnection((database) => database.getAll(store))))
  return all.flat().filter((record) => Object.prototype.toString.call(record) !== '[object ArrayBuffer]')
}

describe('a tablet of version 1', () => {
  beforeEach(async () => {
    db.useKey(null)
    gate.value = 'starting'
    await leaveVersion1()
  })

  it('asks for a PIN at once, seals all it held, and loses nothing', async () => {
    expect(await takeOverPlain()).toBe(true)
    expect(gate.value).toBe('choosePin')
    expect((await clearRecords()).length).toBe(4)
    await choosePin(PIN)
    expect(await clearRecords()).toEqual([])
    await loadSession()
    expect(session.value).toEqual(plain.session)
    expect(await db.readAll('drafts')).toEqual([plain.draft])
    expect((await db.read('files', 'i/p.jpg'))?.bytes.byteLength).toBe(3)
    expect((await db.keysWithPrefix('outbox', ''))).toEqual(['o'])
    expect(needsRecovery.value).toBe(true)
  })

  it('goes on sealing at the next PIN when it was closed in the middle', async () => {
    await takeOverPlain()
    await choosePin(PIN)
    await onConnection(async (database) => {
      const lock = await database.get('lock', 'current')
      await database.put('lock', { ...lock!, plain: true }, 'current')
      await database.put('drafts', plain.draft as never, 'i')
    })
    const tried = await tryPin(PIN)
    db.useKey(tried.kind === 'open' ? tried.key : null)
    await sealPlain()
    expect(await clearRecords()).toEqual([])
    expect(await db.readAll('drafts')).toEqual([plain.draft])
    expect((await readLock())?.plain).toBe(false)
  })
})

describe('a tablet of version 3', () => {
  const STORES = STORE_NAMES.filter((store) => store !== 'interventions')

  it('has room for work orders now, and every record it had', async () => {
    await disconnect()
    await deleteDB('palier')
    const key = await newDataKey()
    const old = await openDB('palier', 3, {
      upgrade(database) {
        for (const store of [...STORES, 'lock']) database.createObjectStore(store)
      },
    })
    for (const store of STORES) await old.put(store, await seal(key, { of: store, bytes: plain.photo.bytes }, `${store}/k`), 'k')
    await old.put('lock', { plain: false, tries: 0 }, 'current')
    old.close()
    db.useKey(key)
    for (const store of STORES) expect(await db.read(store, 'k')).toEqual({ of: store, bytes: plain.photo.bytes })
    expect(await readLock()).toEqual({ plain: false, tries: 0 })
    expect(db.unopened.value).toBe(0)
    const begun = { id: 'i', note: 'Joint changé' } as InterventionRecord
    await db.write([{ store: 'interventions', key: 'o', value: begun }])
    expect(await db.readAll('interventions')).toEqual([begun])
    await disconnect()
    await deleteDB('palier')
  })
})

describe('a tablet whose app was updated in another tab', () => {
  it('goes on with the database of the newer version', async () => {
    await disconnect()
    await deleteDB('palier')
    const newer = await openDB('palier', 1000, {
      upgrade(database) {
        for (const store of [...STORE_NAMES, 'lock', 'of_tomorrow']) database.createObjectStore(store)
      },
    })
    newer.close()
    await onConnection((database) => database.put('drafts', new ArrayBuffer(1), 'i'))
    expect(await db.keysWithPrefix('drafts', '')).toEqual(['i'])
    await disconnect()
    await deleteDB('palier')
  })
})
