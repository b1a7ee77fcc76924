import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as db from '../src/tablet/memory/db'
import { deliver, deliverAsItIs } from '../src/tablet/sending/delivery'
import { sha256 } from '../src/tablet/memory/seal'
import type { OutboxItem, SentFile } from '../src/tablet/shapes/records'
import { newDataKey } from '../src/tablet/memory/seal'

interface Sent { names: string[]; more: boolean; sentAt: string | null }

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

async function keep(names: string[]): Promise<OutboxItem> {
  const files: SentFile[] = []
  for (const name of names) {
    const type = name.endsWith('.jpg') ? 'image/jpeg' : 'text/plain'
    const content = bytes(name)
    await db.write([{ store: 'files', key: `i1/${name}`, value: { name, type, bytes: content } }])
    files.push({ name, type, size: content.byteLength, sha256: await sha256(content) })
  }
  return {
    instanceId: 'i1', visitId: 'v1', formId: 'f', version: '1', personName: 'Odette', finishedAt: 1, urgent: false,
    files, state: 'waiting', why: null, attempts: 0, nextTryAt: 0,
  }
}

/** A server as ours answers, that dies after some parts. */
class Server {
  kept = new Map<string, string>()
  sent: Sent[] = []
  whole = false
  dieAfter = Infinity

  async answer(_path: string, { body, headers }: { body: FormData; headers: Record<string, string> }): Promise<Response> {
    const names = [...body.keys()].filter((name) => name !== '*isIncomplete*')
    const more = body.has('*isIncomplete*')
    if (this.sent.length >= this.dieAfter) throw new TypeError('Failed to fetch')
    this.sent.push({ names, more, sentAt: headers['Palier-Sent-At'] ?? null })
    for (const name of names) this.kept.set(name, await sha256(await (body.get(name) as File).arrayBuffer()))
    this.whole ||= !more
    const files = [...this.kept].map(([name, hash]) => ({ name, sha256: hash, size: 1 }))
    return Response.json({ instance_id: 'uuid:i1', state: this.whole ? 'checked' : 'incomplete', files })
  }
}

describe('a visit on its way', () => {
  let server: Server
  let confirmed: string[]
  const send = (item: OutboxItem, giveWay = () => false) => deliver(item, 'token', { confirm: async (names) => { confirmed = names }, giveWay })

  beforeEach(async () => {
    await db.eraseAll()
    db.useKey(await newDataKey())
    server = new Server()
    confirmed = []
    vi.stubGlobal('fetch', server.answer.bind(server))
  })
  afterEach(() => { vi.unstubAllGlobals() })

  const XML = 'xml_submission_file'

  it('is one request when it has no photo', async () => {
    await send(await keep([XML, 'audit.csv']))
    expect(server.sent.map(({ names, more }) => [names, more])).toEqual([[[XML, 'audit.csv'], false]])
  })

  it('sends the form first, then photo by photo, and says the tablet’s time', async () => {
    const outcome = await send(await keep([XML, 'audit.csv', '1.jpg', '2.jpg']))
    expect(server.sent.map(({ names, more }) => [names.slice(1), more])).toEqual([[['audit.csv'], true], [['1.jpg'], true], [['2.jpg'], false]])
    expect(server.sent.every(({ sentAt }) => sentAt !== null)).toBe(true)
    expect(outcome).toMatchObject({ kind: 'answered', body: { state: 'checked' } })
    expect(confirmed).toEqual(['1.jpg', '2.jpg'])
  })

  it('goes on where it stopped: no photo that was confirmed is sent again', async () => {
    const item = await keep([XML, '1.jpg', '2.jpg', '3.jpg'])
    server.dieAfter = 3
    expect(await send(item)).toEqual({ kind: 'unreachable' })
    expect(confirmed).toEqual(['1.jpg', '2.jpg'])
    Object.assign(server, { sent: [], dieAfter: Infinity })
    expect(await send(item)).toMatchObject({ kind: 'answered', body: { state: 'checked' } })
    expect(server.sent.flatMap(({ names }) => names).filter((name) => name !== XML)).toEqual(['3.jpg'])
  })

  it('takes the receipt of a visit that had arrived whole, its answer alone lost', async () => {
    const item = await keep([XML, '1.jpg'])
    await send(item)
    server.sent = []
    expect(await send(item)).toMatchObject({ body: { state: 'checked' } })
    expect(server.sent).toHaveLength(1)
  })

  it('stops between two photos for an alert', async () => {
    const item = await keep([XML, '1.jpg', '2.jpg'])
    expect(await send(item, () => server.sent.length === 2)).toEqual({ kind: 'gave_way' })
    expect(confirmed).toEqual(['1.jpg'])
  })

  it('stops when the server does not list what it was just sent', async () => {
    const item = await keep([XML, '1.jpg', '2.jpg'])
    const set = server.kept.set.bind(server.kept)
    server.kept.set = (name, hash) => (name === '1.jpg' ? server.kept : set(name, hash))
    expect(await send(item)).toMatchObject({ kind: 'answered', body: { state: 'incomplete' } })
    expect(server.sent).toHaveLength(2)
  })

  it('does not begin when the tablet itself lost a file', async () => {
    const item = await keep([XML, '1.jpg'])
    await db.write([{ store: 'files', remove: 'i1/1.jpg' }])
    expect(await send(item)).toEqual({ kind: 'broken' })
    expect(server.sent).toEqual([])
  })

  it('hears a refusal in the server’s own words', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ title: 'Non.', errors: { files: 'Trop de fichiers.' } }, { status: 422 }))
    expect(await send(await keep([XML]))).toEqual({ kind: 'refused', status: 422, said: 'Non. Trop de fichiers.' })
  })

  it('is handed in as it is, the form first and a photo at a time, with what is still here', async () => {
    const item = await keep(['1.jpg', XML, '2.jpg'])
    await db.write([{ store: 'files', remove: 'i1/2.jpg' }])
    const bodies: FormData[] = []
    vi.stubGlobal('fetch', async (_path: string, { body }: { body: FormData }) => {
      bodies.push(body)
      return Response.json({ id: 'i1', files: [] })
    })
    const { outcome, here } = await deliverAsItIs({ ...item, handedIn: 'visit_not_found' }, 'token')
    expect(bodies.map((body) => [...body.keys()].filter((name) => body.get(name) instanceof File))).toEqual([[XML], ['1.jpg']])
    expect(['id', 'kind', 'reason', 'visit_id'].map((name) => bodies[0]!.get(name))).toEqual(['i1', 'submission', 'visit_not_found', 'v1'])
    expect(here.map(({ name }) => name).sort()).toEqual(['1.jpg', XML])
    expect(outcome).toMatchObject({ kind: 'answered', body: { id: 'i1' } })
  })
})
