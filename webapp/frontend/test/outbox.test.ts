import { describe, expect, it } from 'vitest'
import { backOff, dueItems, handedIn, isWhole, mayGiveUp, mayHandIn, queued, settle, settleHandedIn, settleReport, type Outcome, type Settled } from '../src/tablet/sending/outbox'
import { asReceipt, covers } from '../src/tablet/sending/receipts'
import { sha256 } from '../src/tablet/memory/seal'
import type { OutboxItem, Report } from '../src/tablet/shapes/records'
import type { Receipt } from '../src/tablet/shapes/wire'

const NOW = 1_000_000

function item(changes: Partial<OutboxItem> = {}): OutboxItem {
  return {
    instanceId: 'i1', visitId: 'v1', formId: 'f', version: '1', personName: 'Odette', finishedAt: NOW - 1, urgent: false,
    files: [
      { name: 'xml_submission_file', type: 'text/xml', size: 3, sha256: 'aa' },
      { name: 'p1.jpg', type: 'image/jpeg', size: 5, sha256: 'bb' },
    ],
    state: 'waiting', why: null, attempts: 0, nextTryAt: NOW, ...changes,
  }
}

function receipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    instance_id: 'uuid:i1', received_at: '2026-01-01T00:00:00Z', state: 'checked', violations: [], consequences: [],
    files: [{ name: 'xml_submission_file', sha256: 'AA', size: 3 }, { name: 'p1.jpg', sha256: 'bb', size: 5 }], ...changes,
  }
}

function kept(settled: Settled): OutboxItem {
  if ('done' in settled) throw new Error('the item was let go')
  return settled.item
}

const after = (outcome: Outcome, of = item()) => settle(of, outcome, NOW, 0.5)

describe('a try to send', () => {
  it('lets the visit go against a receipt that lists every file', () => {
    expect(after({ kind: 'answered', body: receipt() })).toEqual({ done: receipt() })
  })

  it.each<[string, Partial<Receipt>]>([
    ['misses a photo', { files: [{ name: 'x', sha256: 'aa', size: 3 }] }],
    ['misses the XML', { files: [{ name: 'p1.jpg', sha256: 'bb', size: 5 }] }],
    ['has another hash', { files: [{ name: 'x', sha256: 'aa', size: 3 }, { name: 'p1.jpg', sha256: 'cc', size: 5 }] }],
    ['has the photo under another name', { files: [{ name: 'x', sha256: 'aa', size: 3 }, { name: 'p2.jpg', sha256: 'bb', size: 5 }] }],
    ['is of another visit', { instance_id: 'uuid:i2' }],
  ])('keeps the visit when the receipt %s', (_, changes) => {
    expect(kept(after({ kind: 'answered', body: receipt(changes) }))).toMatchObject({ state: 'attention', why: { code: 'incomplete' } })
  })

  it.each([null, 'ok', {}, { instance_id: 'i1', files: 'all', state: 'checked' }, { instance_id: 'i1', files: [{}], state: 'checked' }])(
    'tries again when the answer is %j and no receipt', (body) => {
      expect(kept(after({ kind: 'answered', body }))).toMatchObject({ state: 'waiting', why: { code: 'unreadable' }, attempts: 1 })
    },
  )

  it('tries again later when nobody answers', () => {
    const settled = kept(after({ kind: 'unreachable' }, item({ attempts: 2 })))
    expect(settled).toMatchObject({ state: 'waiting', why: { code: 'network' }, attempts: 3, nextTryAt: NOW + 45_000 })
  })

  it.each([500, 502, 503, 408, 429])('tries again later after a passing trouble (%i)', (status) => {
    expect(kept(after({ kind: 'refused', status }))).toMatchObject({ state: 'waiting', why: { code: 'server', status } })
  })

  it('waits for a sign-in after a 401, without counting the try', () => {
    expect(kept(after({ kind: 'refused', status: 401 }))).toMatchObject({ state: 'waiting', why: { code: 'sign_in' }, attempts: 0 })
  })

  it('asks a person after a conflict', () => {
    expect(kept(after({ kind: 'refused', status: 409 }))).toMatchObject({ state: 'attention', why: { code: 'conflict' } })
  })

  it.each([400, 403, 404, 413, 422])('asks a person after a refusal (%i)', (status) => {
    expect(kept(after({ kind: 'refused', status }))).toMatchObject({ state: 'attention', why: { code: 'refused', status } })
  })

  it.each([400, 403, 404, 409, 413, 422])('ends no refusal (%i) without a way out: it can be handed in as it is', (status) => {
    const refused = kept(after({ kind: 'refused', status, code: 'visit_not_found' }))
    expect([mayHandIn(refused), mayGiveUp(refused)]).toEqual([true, false])
    const onItsWay = handedIn(refused, NOW)
    expect(onItsWay).toMatchObject({ state: 'waiting', handedIn: 'visit_not_found', why: null, files: item().files })
    const again = kept(settle(onItsWay, { kind: 'refused', status }, NOW))
    expect([again.why?.code, mayHandIn(again), mayGiveUp(again)]).toEqual(['hand_refused', false, true])
  })

  it('lets a server that always stumbles over an item have it handed in', () => {
    const stumbled = (attempts: number) => kept(after({ kind: 'refused', status: 500 }, item({ attempts })))
    expect([mayHandIn(stumbled(0)), mayHandIn(stumbled(4))]).toEqual([false, true])
    expect(mayHandIn(kept(after({ kind: 'unreachable' }, item({ attempts: 40 }))))).toBe(false)
  })

  it('lets what was handed in go once all that is here is listed, and not before', () => {
    const handed = handedIn(item(), NOW)
    const here = [{ name: 'x', sha256: 'aa' }, { name: 'p1.jpg', sha256: 'bb' }]
    const answered = (body: unknown) => settleHandedIn(handed, { kind: 'answered', body }, here, NOW)
    expect(answered({ id: 'i1', files: here })).toEqual({ done: true })
    for (const body of [{ id: 'i1', files: here.slice(1) }, { id: 'i2', files: here }, '<html>', null, { id: 'i1' }]) {
      expect(answered(body)).toMatchObject({ item: { state: 'waiting', handedIn: '', why: { code: 'unreadable' } } })
    }
  })

  it('asks a person when the tablet itself lost a file', () => {
    expect(kept(after({ kind: 'broken' }))).toMatchObject({ state: 'attention', why: { code: 'broken' } })
  })

  it('keeps the server’s own sentence for whoever has to act', () => {
    const settled = kept(after({ kind: 'refused', status: 404, said: 'Ce formulaire n’est pas connu ici.' }))
    expect(settled.why?.said).toBe('Ce formulaire n’est pas connu ici.')
  })

  it('keeps the visit while the server says that more is to come', () => {
    expect(kept(after({ kind: 'answered', body: receipt({ state: 'incomplete' }) }))).toMatchObject({ state: 'attention', why: { code: 'incomplete' } })
  })

  it('costs nothing when it gave way to an alert', () => {
    expect(kept(after({ kind: 'gave_way' }))).toEqual(item())
  })

  it('never drops what was promised, whatever the outcome', () => {
    const outcomes: Outcome[] = [{ kind: 'unreachable' }, { kind: 'broken' }, { kind: 'answered', body: {} }]
    for (const status of [400, 401, 409, 500]) outcomes.push({ kind: 'refused', status })
    for (const outcome of outcomes) expect(kept(after(outcome)).files).toEqual(item().files)
  })
})

const alert: Report = { id: 'a1', kind: 'alert', visitId: 'v1', personName: 'Odette', urgent: true, body: {} }

describe('a report', () => {
  it('goes once the server has said its number back, and not before', () => {
    const waiting = queued(alert, undefined, NOW)
    expect(settleReport(waiting, { kind: 'answered', body: { id: 'a1' } }, NOW)).toEqual({ done: true })
    for (const body of [null, {}, '<html>', { id: 'a2' }]) {
      expect(settleReport(waiting, { kind: 'answered', body }, NOW)).toMatchObject({ item: { state: 'waiting', why: { code: 'unreadable' } } })
    }
  })

  it('told anew keeps its place, and is another one for the answer on its way', () => {
    const before = queued(alert, undefined, NOW)
    const again = queued({ ...alert, body: { reached_name: 'M. Ferrand' } }, before, NOW + 5)
    expect(again.finishedAt).toBe(NOW)
    expect(again.revision).not.toBe(before.revision)
  })

  it('told anew by a tablet that forgot who was reached still says so', () => {
    const before = queued({ ...alert, body: { severity: 'U0', reached_name: 'M. Ferrand' } }, undefined, NOW)
    const again = queued({ ...alert, body: { severity: 'U0' } }, before, NOW + 5)
    expect(again.body).toEqual({ severity: 'U0', reached_name: 'M. Ferrand' })
  })

  it('goes before the visits: alerts, urgent visits, shut doors, the others', () => {
    const failure = { ...queued({ ...alert, id: 'f1', kind: 'failure' }, undefined, 1), finishedAt: 1 }
    const queue = [item({ instanceId: 'old', finishedAt: 0 }), failure, item({ instanceId: 'urgent', urgent: true }), queued(alert, undefined, NOW)]
    expect(dueItems(queue, NOW, true).map((due) => ('id' in due ? due.id : due.instanceId))).toEqual(['a1', 'urgent', 'f1', 'old'])
  })
})

describe('the queue', () => {
  it('tries the urgent first, then the oldest', () => {
    const queue = [
      item({ instanceId: 'late', finishedAt: 3 }), item({ instanceId: 'early', finishedAt: 1 }),
      item({ instanceId: 'urgent', finishedAt: 9, urgent: true }),
    ]
    expect(dueItems(queue, NOW, false).map((due) => due.instanceId)).toEqual(['urgent', 'early', 'late'])
  })

  it('leaves out what waits for its time or for a person, and forces only the first', () => {
    const queue = [item({ instanceId: 'later', nextTryAt: NOW + 1 }), item({ instanceId: 'stuck', state: 'attention' })]
    expect(dueItems(queue, NOW, false)).toEqual([])
    expect(dueItems(queue, NOW, true).map((due) => due.instanceId)).toEqual(['later'])
  })

  it('waits longer each time, up to five minutes', () => {
    const delays = [1, 2, 3, 4, 5, 12].map((attempts) => backOff(attempts, 0.5))
    expect(delays).toEqual([5_000, 15_000, 45_000, 135_000, 300_000, 300_000])
    expect(backOff(1, 0)).toBeLessThan(backOff(1, 1))
  })
})

describe('what is checked', () => {
  it('accepts a receipt in either state and refuses another', () => {
    expect(asReceipt(receipt({ state: 'to_review' }))).not.toBeNull()
    expect(asReceipt({ ...receipt(), state: 'lost' })).toBeNull()
  })

  it('accepts the XML under any name, but by its hash', () => {
    const files = [{ name: 'submission.xml', sha256: 'aa', size: 3 }, { name: 'p1.jpg', sha256: 'bb', size: 5 }]
    expect(covers(receipt({ files }), item())).toBe(true)
  })

  it('sees a file that is missing or cut short on the tablet', () => {
    const whole = [{ name: 'xml_submission_file', type: '', bytes: new ArrayBuffer(3) }, { name: 'p1.jpg', type: '', bytes: new ArrayBuffer(5) }]
    expect(isWhole(item(), whole)).toBe(true)
    expect(isWhole(item(), whole.slice(0, 1))).toBe(false)
    expect(isWhole(item(), [whole[0]!, { name: 'p1.jpg', type: '', bytes: new ArrayBuffer(4) }])).toBe(false)
  })

  it('hashes as the server does', async () => {
    const digest = await sha256(new TextEncoder().encode('abc').buffer)
    expect(digest).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
