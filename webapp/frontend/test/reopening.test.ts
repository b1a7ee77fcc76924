// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import * as db from '../src/tablet/memory/db'
import type { OutboxItem, SentRecord } from '../src/tablet/shapes/records'
import { reopen, reopenSent } from '../src/tablet/visits/reopening'
import { newDataKey } from '../src/tablet/memory/seal'
import { correcting, renumbered } from '../src/tablet/sending/versions'

const OLD = '11111111-2222-4333-8444-555555555555'
const XML = `<data xmlns:orx="http://openrosa.org/xforms"><a>1</a><orx:meta><orx:instanceID>uuid:${OLD}</orx:instanceID></orx:meta></data>`
const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer
const file = (name: string, text: string) => ({ store: 'files' as const, key: `${OLD}/${name}`, value: { name, type: '', bytes: bytes(text) } })

const item: OutboxItem = {
  instanceId: OLD, visitId: 'v1', formId: 'f', version: '1', personName: 'Odette', finishedAt: 9, urgent: false, state: 'waiting',
  why: null, attempts: 0, nextTryAt: 0, files: ['xml_submission_file', 'audit.csv', '1.jpg'].map((name) => ({ name, type: '', size: 1, sha256: name })),
  begun: { startedAt: 5, page: 3, urgents: [{ id: 'u' } as never], audit: [] },
}

describe('the next version of a form', () => {
  it('has another number and says which one it stands for, once', () => {
    const next = correcting(renumbered(XML, 'new'), OLD)
    expect(next).toContain(`<orx:instanceID>uuid:new</orx:instanceID><orx:deprecatedID>uuid:${OLD}</orx:deprecatedID>`)
    const third = correcting(renumbered(next, 'third'), 'new')
    expect(third.match(/deprecatedID>uuid:new</g)).toHaveLength(1)
    expect(third).not.toContain(OLD)
  })

  it('is written in whatever namespace the form has its number', () => {
    const bare = '<data><meta><instanceID xmlns="http://openrosa.org/xforms">uuid:a</instanceID></meta></data>'
    const parsed = new DOMParser().parseFromString(correcting(bare, 'b'), 'text/xml')
    expect(parsed.getElementsByTagNameNS('http://openrosa.org/xforms', 'deprecatedID')[0]?.textContent).toBe('uuid:b')
  })
})

describe('a finished form', () => {
  beforeEach(async () => {
    // A lock that nobody else wants.
    Object.defineProperty(navigator, 'locks', { configurable: true, value: { request: (_: string, work: () => unknown) => work() } })
    await db.eraseAll()
    db.useKey(await newDataKey())
    await db.write([file('xml_submission_file', XML), file('audit.csv', 'a'), file('1.jpg', 'p'), { store: 'outbox', key: OLD, value: item }])
  })

  it('is the draft it was while nobody tried to send it', async () => {
    expect(await reopen(item)).toBe(true)
    expect(await db.readAll('drafts')).toMatchObject([{ instanceId: OLD, visitId: 'v1', xml: XML, fileNames: ['1.jpg'], page: 3, startedAt: 5, urgents: [{ id: 'u' }] }])
    expect(await db.keysWithPrefix('files', '')).toEqual([`${OLD}/1.jpg`])
    expect(await db.readAll('outbox')).toEqual([])
  })

  it('is its next version once sending was begun, with its photos', async () => {
    await db.write([{ store: 'outbox', key: OLD, value: { ...item, tried: true } }])
    await reopen(item)
    const [draft] = await db.readAll('drafts')
    expect(draft).toMatchObject({ replaces: OLD, fileNames: ['1.jpg'] })
    expect(draft!.instanceId).not.toBe(OLD)
    expect(draft!.xml).toContain(draft!.instanceId)
    expect(await db.keysWithPrefix('files', '')).toEqual([`${draft!.instanceId}/1.jpg`])
  })

  it('is not taken back when it was sent meanwhile', async () => {
    await db.write([{ store: 'outbox', remove: OLD }])
    expect(await reopen(item)).toBe(false)
    expect(await db.readAll('drafts')).toEqual([])
  })

  it('that the server has is begun anew without its photos, which stay there', async () => {
    const sent = { instanceId: OLD, visitId: 'v1', personName: 'Odette', again: { formId: 'f', version: '1', xml: XML, fileNames: ['1.jpg'], page: 2, startedAt: 5 } }
    await reopenSent(sent as unknown as SentRecord)
    expect(await db.readAll('drafts')).toMatchObject([{ replaces: OLD, fileNames: [], elsewhere: ['1.jpg'], page: 2 }])
  })
})
