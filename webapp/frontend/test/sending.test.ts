// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { beforeEach, expect, it, vi } from 'vitest'
import * as db from '../src/tablet/memory/db'
import type { OutboxItem } from '../src/tablet/shapes/records'
import { newDataKey } from '../src/tablet/memory/seal'
import { handIn, loadOutbox, queue, retryItem } from '../src/tablet/sending/sending'
import { session } from '../src/tablet/holder/session'

const ITEM: OutboxItem = {
  instanceId: 'i1', visitId: 'v1', formId: 'f', version: '1', personName: 'Odette', finishedAt: 1, urgent: false,
  files: [], state: 'attention', why: { code: 'refused', status: 404, refusal: 'visit_not_found' }, attempts: 1, nextTryAt: 0,
}

/** Web Locks as a browser gives them: one after the other, by name. */
function locks() {
  const last = new Map<string, Promise<unknown>>()
  const request = (name: string, ...rest: unknown[]) => {
    const work = rest.at(-1) as (lock: object) => Promise<unknown>
    const turn = (last.get(name) ?? Promise.resolve()).then(() => work({}))
    last.set(name, turn.catch(() => undefined))
    return turn
  }
  return { request }
}

beforeEach(async () => {
  await db.eraseAll()
  db.useKey(await newDataKey())
  vi.stubGlobal('navigator', { ...navigator, locks: locks() })
  session.value = { token: 't' } as never
  await db.write([
    { store: 'outbox', key: 'i1', value: ITEM },
    { store: 'files', key: 'i1/xml_submission_file', value: { name: 'xml_submission_file', type: 'text/xml', bytes: new ArrayBuffer(1) } },
  ])
  await loadOutbox()
})

it('keeps that something was handed in while an earlier try was still on its way', async () => {
  let refuse = (): void => undefined
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path)
    if (!path.includes('submission')) return Promise.reject(new TypeError('Failed to fetch'))
    return new Promise((answer) => { refuse = () => answer(Response.json({ code: 'visit_not_found' }, { status: 404 })) })
  })
  const retried = retryItem(ITEM)
  await vi.waitUntil(() => asked.length)
  const handed = handIn(ITEM)
  await vi.waitUntil(() => queue.value.some(({ handedIn }) => handedIn !== undefined))
  refuse()
  await Promise.all([retried, handed])
  expect(queue.value.map(({ handedIn, state }) => [handedIn, state])).toEqual([['visit_not_found', 'waiting']])
  expect(asked.length).toBeGreaterThan(1)
})
