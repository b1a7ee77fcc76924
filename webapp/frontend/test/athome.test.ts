// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { beforeEach, expect, it } from 'vitest'
import * as db from '../src/tablet/memory/db'
import { newDataKey } from '../src/tablet/memory/seal'
import { takenBack } from '../src/tablet/sending/takenback'
import type { DraftRecord, VisitRecord } from '../src/tablet/shapes/records'
import type { FormAnswer, Visit } from '../src/tablet/shapes/wire'
import { foundAtHome } from '../src/tablet/visits/athome'
import { drafts } from '../src/tablet/visits/draft'
import { visitRecords } from '../src/tablet/visits/visitrecords'

const NOW = Date.parse('2026-11-28T10:00:00Z')
const FORM = {
  form_id: 'home_visit', version: '1', xform: '<data/>', consequences: [],
  proposals: [{ path: '/data/washing', name: 'washing', about: 'dwelling' }, { path: '/data/lives_alone', name: 'lives_alone', about: 'person' }],
} as unknown as FormAnswer
const MARCEL = { id: 'v2', home: 'h1', person: { name: 'Marcel' } } as unknown as Visit

function visited(changes: Partial<Visit> = {}, finishedAt = NOW - 3600_000, answers: Record<string, string> = { washing: 'bath', lives_alone: 'no', comment: '?' }): VisitRecord {
  const visit = { id: 'v1', home: 'h1', person: { name: 'Mme Odette' }, alerts: [], ...changes } as unknown as Visit
  return { visit, startedAt: 1, failure: null, touchedAt: 1, finished: [{ formId: 'home_visit', version: '1', instanceId: 'i1', finishedAt, answers }] }
}

const found = async (records: VisitRecord[], visit = MARCEL) => {
  visitRecords.value = records
  return Object.fromEntries(await foundAtHome(visit, NOW))
}

beforeEach(async () => {
  await db.eraseAll()
  db.useKey(await newDataKey())
  await db.write([{ store: 'forms', key: 'home_visit/1', value: FORM }])
  drafts.value = []
  takenBack.value = new Set()
})

it('tells of the home what was answered at another visit today, and nothing about anybody', async () => {
  expect(await found([visited()])).toEqual({ washing: { value: 'bath', personName: 'Mme Odette' } })
})

it('tells nothing of another home, of another day, of the same visit, nor of one that was taken back', async () => {
  expect(await found([visited({ home: 'h2' })])).toEqual({})
  expect(await found([visited({ home: null })], { ...MARCEL, home: null })).toEqual({})
  expect(await found([visited({}, NOW - 24 * 3600_000)])).toEqual({})
  expect(await found([visited()], { ...MARCEL, id: 'v1' })).toEqual({})
  takenBack.value = new Set(['v1'])
  expect(await found([visited()])).toEqual({})
})

it('does not name whose visit it was where that is to be kept quiet', async () => {
  const quiet = { code: 'x', kind: 'discretion', label: { fr: '', en: '' } } as const
  expect(await found([visited({ alerts: [quiet] })])).toEqual({ washing: { value: 'bath', personName: '' } })
})

it('knows what a form says that is still being filled in, and the last word of two', async () => {
  visitRecords.value = [visited()]
  drafts.value = [{ visitId: 'v1', formId: 'home_visit', version: '1', savedAt: NOW, xml: '<data><washing>shower</washing></data>' } as DraftRecord]
  expect(Object.fromEntries(await foundAtHome(MARCEL, NOW))).toMatchObject({ washing: { value: 'shower' } })
})

it('tells nothing that only some may read', async () => {
  const marked = FORM.xform.replace('<data/>', '<h:html xmlns:h="urn:h" xmlns:palier="urn:palier:form"><bind nodeset="/data/washing" palier:readers="social"/></h:html>')
  await db.write([{ store: 'forms', key: 'home_visit/1', value: { ...FORM, xform: marked } }])
  expect(await found([visited()])).toEqual({})
})
