// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetCallsAtSignOut } from '../src/office/signout'
import { fetchCall, Refused, Unreachable } from '../src/tablet/line/api'
import { forgetCall, forgetOldCalls, keepCall, readCall } from '../src/tablet/memory/calls'
import { deliverCall, deliverOrHandIn, tellCall, wordsOf, xmlFile } from '../src/tablet/sending/calls'
import type { DraftRecord } from '../src/tablet/shapes/records'

const KEY = btoa('k'.repeat(32))
const OTHER = btoa('o'.repeat(32))
const PLACE = { visitId: 'v1', desk: false }
const HOUR = 3600_000
const XML = '<data id="short"><fell>no</fell><orx:meta><orx:instanceID>uuid:first</orx:instanceID></orx:meta></data>'
const FILES = [xmlFile(XML)]
const RECORD: DraftRecord = {
  instanceId: 'first', visitId: 'v1', formId: 'short', version: '1', personName: 'Odette', startedAt: 1, savedAt: HOUR,
  page: 0, xml: XML, fileNames: [],
}
const RECEIPT = { instance_id: 'first', received_at: '', state: 'checked', files: [], violations: [], consequences: [] }
const SENT = { receipt: RECEIPT, missing: false, next: '/cases/c1' }

interface Asked { path: string; csrf: string | null; body: unknown }
let asked: Asked[] = []

/** An office that answers at some of its addresses, and is out of reach at the others. */
function office(answers: Record<string, () => Response>): void {
  vi.stubGlobal('fetch', (path: string, { headers, body }: RequestInit) => {
    asked.push({ path, csrf: (headers as Record<string, string>)['X-CSRFToken'] ?? null, body })
    const found = answers[path.split('/').at(-1)?.split('?')[0] ?? '']
    return found ? Promise.resolve(found()) : Promise.reject(new TypeError('Failed to fetch'))
  })
}

const form = () => Response.json({ csrf: `token-${asked.length}` })
const xmlSent = async (one: Asked | undefined) => ((one?.body as FormData).get('xml_submission_file') as File).text()

beforeEach(() => { asked = [] })
afterEach(async () => {
  vi.unstubAllGlobals()
  await forgetCall('v1')
})

it('keeps what was answered for the same caller alone, and nothing of it readable', async () => {
  await keepCall(KEY, 'v1', { record: RECORD, files: [] })
  expect((await readCall(KEY, 'v1'))?.record).toEqual(RECORD)
  expect(await readCall(OTHER, 'v1')).toBeNull()
  expect(await readCall(KEY, 'v2')).toBeNull()
})

it('lets go of what nobody came back to within two days', async () => {
  await keepCall(KEY, 'v1', { record: RECORD, files: [] })
  await forgetOldCalls(RECORD.savedAt + 48 * HOUR)
  expect(await readCall(KEY, 'v1')).not.toBeNull()
  await forgetOldCalls(RECORD.savedAt + 48 * HOUR + 1)
  expect(await readCall(KEY, 'v1')).toBeNull()
})

it('lets go of everything when somebody signs out', async () => {
  await keepCall(KEY, 'v1', { record: RECORD, files: [] })
  document.body.innerHTML = '<form action="/desk/next"></form><form action="/sign-out"></form>'
  const [next, out] = document.forms
  forgetCallsAtSignOut()
  next?.dispatchEvent(new Event('submit', { bubbles: true }))
  expect(await readCall(KEY, 'v1')).not.toBeNull()
  out?.dispatchEvent(new Event('submit', { bubbles: true }))
  await vi.waitUntil(async () => (await readCall(KEY, 'v1')) === null)
})

it('is sent with the token of this moment, and says where to go on', async () => {
  office({ form, submissions: () => Response.json(SENT, { status: 201 }) })
  expect(await deliverCall({ ...PLACE, desk: true }, FILES, 'first')).toEqual(SENT)
  expect(asked.map(({ path, csrf }) => [path, csrf])).toEqual([
    ['/by-phone/v1/form?desk=1', null], ['/by-phone/v1/submissions?desk=1', 'token-1'],
  ])
  expect(await xmlSent(asked.at(-1))).toBe(XML)
})

it('says in words that nobody answers', async () => {
  office({ form })
  const error: unknown = await deliverCall(PLACE, FILES, 'first').catch((refused: unknown) => refused)
  expect(error).toBeInstanceOf(Unreachable)
  expect(wordsOf(error)).toContain('Le serveur ne répond pas')
})

it('stands for what had arrived with other answers when its receipt was lost', async () => {
  let tries = 0
  const submissions = () => (tries++ ? Response.json(SENT, { status: 201 }) : Response.json({ code: 'different_submission' }, { status: 409 }))
  office({ form, submissions })
  await deliverCall(PLACE, FILES, 'first')
  const xml = await xmlSent(asked.at(-1))
  expect(xml).toContain('deprecatedID>uuid:first<')
  expect(xml).not.toContain('instanceID>uuid:first<')
})

describe('a form that the office refuses', () => {
  const PARCEL = { files: FILES, instanceId: 'first', csrf: 'as opened' }
  const refusal = (status: number, code: string) => () => Response.json({ code, title: 'Introuvable.' }, { status })
  const handedIn = () => Response.json({ missing: false, next: '/cases/' }, { status: 201 })
  const yes = () => Promise.resolve(true)

  it('is handed in as it is where the caller agrees, though it is hers no more', async () => {
    const why: string[] = []
    office({ form: refusal(404, 'visit_not_found'), 'handed-in': handedIn })
    const answer = await deliverOrHandIn(PLACE, PARCEL, (said) => { why.push(said); return yes() })
    expect(answer).toEqual({ missing: false, next: '/cases/' })
    expect(why).toEqual(['Introuvable.'])
    const sent = asked.at(-1)
    expect([sent?.path, sent?.csrf]).toEqual(['/by-phone/v1/handed-in', 'as opened'])
    expect(['id', 'reason'].map((name) => (sent?.body as FormData).get(name))).toEqual(['first', 'visit_not_found'])
    expect(await xmlSent(sent)).toBe(XML)
  })

  it('stays here where she does not', async () => {
    office({ form, submissions: refusal(422, 'invalid'), 'handed-in': handedIn })
    await expect(deliverOrHandIn(PLACE, PARCEL, () => Promise.resolve(false))).rejects.toThrow('Introuvable.')
    expect(asked.map(({ path }) => path)).not.toContain('/by-phone/v1/handed-in')
  })

  it('is handed in where the office fails over it, too: it may fail every time', async () => {
    office({ form, submissions: () => Response.json({ title: 'De notre côté.' }, { status: 500 }), 'handed-in': handedIn })
    expect(await deliverOrHandIn(PLACE, PARCEL, yes)).toEqual({ missing: false, next: '/cases/' })
    expect((asked.at(-1)?.body as FormData).get('reason')).toBe('')
  })

  it.each([[429, 'too_many_tries'], [503, 'busy'], [401, 'not_signed_in'], [400, '']])('is no such where the same may do later: %i', async (status, code) => {
    office({ form, submissions: refusal(status, code), 'handed-in': handedIn })
    await expect(deliverOrHandIn(PLACE, PARCEL, yes)).rejects.toThrow(Refused)
  })
})

it('tells an urgent finding at once, and raises where nobody heard it', async () => {
  const report = { id: 'a1', body: { severity: 'U0' } }
  office({ form })
  await expect(tellCall(PLACE, report)).rejects.toThrow(Unreachable)
  office({ form, alerts: () => Response.json({}, { status: 201 }) })
  await tellCall(PLACE, report)
  expect(JSON.parse(String(asked.at(-1)?.body))).toMatchObject({ id: 'a1', severity: 'U0' })
})

it('says that one is signed out, whichever way the office tells it', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Object.defineProperty(new Response('<html>'), 'redirected', { value: true })))
  const error: unknown = await fetchCall(PLACE).catch((refused: unknown) => refused)
  expect(wordsOf(error)).toContain('plus connecté')
  expect(wordsOf(new Refused(400, {}))).toContain('plus connecté')
  expect(wordsOf(new Refused(409, { code: 'form_not_open', title: 'Refermé' }))).toBe('Refermé')
})
